package dev.touchstone.critique.critic;

import dev.touchstone.schemas.UserError;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a critic and what to ask of it.
 *
 * @param baseUrl address of an OpenAI-compatible API, ends in {@code /v1} as a rule
 * @param model name of the model
 * @param apiKey key for bearer authentication; null to send none
 * @param timeout longest time for one attempt, answer's body included
 * @param temperature sampling temperature, 0 or more
 * @param maxTokens longest answer, tokens
 * @param structuredOutput the strictest form of JSON answers to ask for
 * @param prices what calls cost
 * @param samples critiques to ask for per text, 1 to 8
 */
public record CriticSettings(
        URI baseUrl,
        String model,
        @Nullable String apiKey,
        Duration timeout,
        double temperature,
        int maxTokens,
        StructuredOutput structuredOutput,
        Prices prices,
        int samples) {
    private static final int MOST_SAMPLES = 8;

    /** @throws UserError if a value is out of its range */
    public CriticSettings {
        String scheme = baseUrl.getScheme();
        if (baseUrl.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new UserError("touchstone.critic.base-url is not an http or https address: set it to one such as"
                    + " http://localhost:11434/v1.");
        }
        if (baseUrl.getUserInfo() != null) {
            throw new UserError("touchstone.critic.base-url has a name or password in it: set touchstone.critic.api-key"
                    + " instead.");
        }
        if (model.isBlank()) {
            throw new UserError("No critic's model is set: set touchstone.critic.model to the model's name.");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new UserError("touchstone.critic.timeout is not positive: set it to a time such as 30s.");
        }
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new UserError("touchstone.critic.temperature is not between 0 and 2: set it to such a number.");
        }
        if (maxTokens < 16) {
            throw new UserError("touchstone.critic.max-tokens is below 16: set it to some 400.");
        }
        if (samples < 1 || samples > MOST_SAMPLES) {
            throw new UserError(
                    "touchstone.critic.samples is " + samples + ": set it to a number from 1 to " + MOST_SAMPLES + ".");
        }
        if (samples > 1 && temperature == 0) {
            throw new UserError(
                    "touchstone.critic.samples is " + samples + " and touchstone.critic.temperature is 0, so"
                            + " that all samples would be the same: set the temperature to some 0.7, or the samples to 1.");
        }
    }

    /** What critiques by this critic depend on. */
    public CriticIdentity identity() {
        return new CriticIdentity(
                model,
                PromptTemplate.CURRENT,
                new TreeMap<>(Map.of(
                        "temperature", Double.toString(temperature), "max_tokens", Integer.toString(maxTokens))));
    }

    /** Without the key: settings end up in logs. */
    @Override
    public String toString() {
        return "CriticSettings[" + baseUrl + ", " + model + ", " + timeout + "]";
    }
}
