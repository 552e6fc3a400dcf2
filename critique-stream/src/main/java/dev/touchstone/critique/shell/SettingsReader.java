package dev.touchstone.critique.shell;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticSettings;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.critic.StructuredOutput;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.net.URI;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/** Turns configuration into the core's settings. */
final class SettingsReader {
    /** How often a task with something pending looks for results. */
    private static final Duration TICK = Duration.ofMillis(100);

    /** The intake holds the input back; the stage's own limit is a second one, in case requests gather in few partitions. */
    private static final long PENDING_PER_WAITING = 8;

    private SettingsReader() {}

    /** @throws UserError if a value is missing or out of its range */
    static CritiqueSettings settings(ServiceConfig config) {
        ServiceConfig.Critic critic = config.critic();
        return new CritiqueSettings(
                new TopicCatalogue(config.topicPrefix()),
                critic(critic),
                config.maxWaiting(),
                new Limits(
                        critic.maxInFlight(),
                        critic.requestsPerMinute(),
                        critic.tokensPerMinute(),
                        Prices.billionths(critic.budgetPerDay())),
                new StageSettings(
                        (int) Math.min(Integer.MAX_VALUE, PENDING_PER_WAITING * config.maxWaiting() * critic.samples()),
                        critic.maxAttempts(),
                        critic.maxAge(),
                        // An attempt may be two or three requests, where a form of output is refused.
                        critic.timeout().multipliedBy(4),
                        critic.backoffBase(),
                        critic.backoffCap(),
                        TICK,
                        critic.cacheRetention(),
                        critic.cacheMaxEntries()),
                config.stateDir(),
                config.instanceId().orElse(null),
                config.commitInterval(),
                config.threads(),
                config.standbys(),
                config.replicationFactor(),
                config.inputMaxBytes(),
                config.idRetention());
    }

    private static CriticSettings critic(ServiceConfig.Critic critic) {
        String url = critic.baseUrl()
                .orElseThrow(() -> new UserError("No critic is set: set TOUCHSTONE_CRITIC_BASE_URL to the address of an"
                        + " OpenAI-compatible API, such as http://localhost:11434/v1."));
        URI baseUrl;
        try {
            baseUrl = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new UserError("touchstone.critic.base-url is not an address: set it to one such as"
                    + " http://localhost:11434/v1.");
        }
        return new CriticSettings(
                baseUrl,
                critic.model()
                        .orElseThrow(() -> new UserError("No critic's model is set: set TOUCHSTONE_CRITIC_MODEL to the"
                                + " name of a model that the critic serves.")),
                critic.apiKey().orElse(null),
                critic.timeout(),
                critic.temperature(),
                critic.maxTokens(),
                StructuredOutput.of(critic.structuredOutput()),
                new Prices(critic.pricePerMillionInputTokens(), critic.pricePerMillionOutputTokens()),
                critic.samples());
    }

    /** Every property whose name begins with {@code kafka.} or {@code KAFKA_}. */
    static KafkaSettings kafka(Config config) {
        return KafkaSettings.fromConfiguration(
                config.getPropertyNames(), name -> config.getOptionalValue(name, String.class));
    }
}
