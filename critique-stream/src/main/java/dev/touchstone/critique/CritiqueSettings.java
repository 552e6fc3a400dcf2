package dev.touchstone.critique;

import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticSettings;
import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the service is told, except how to reach Kafka.
 *
 * @param topics names of the topics
 * @param critic how to reach the critic
 * @param maxWaiting pairs, and completions, that one task keeps waiting for critiques before it takes in no more
 * @param limits what all instances together may use of the critic
 * @param stage limits of calls
 * @param stateDir folder of the local state; what is lost there is restored from Kafka
 * @param instanceId name under which this instance keeps its place in the group over a restart; null to have one made and
 *     kept in the state folder
 * @param commitInterval time between transactions: what comes out is seen by others this much later
 * @param threads stream threads
 * @param standbys copies of each task's stores that other instances hold ready
 * @param replicationFactor of the internal topics; -1 for the broker's default
 * @param inputMaxBytes largest record that is taken in
 * @param idRetention how long an id is remembered
 */
public record CritiqueSettings(
        TopicCatalogue topics,
        CriticSettings critic,
        int maxWaiting,
        Limits limits,
        StageSettings stage,
        Path stateDir,
        @Nullable String instanceId,
        Duration commitInterval,
        int threads,
        int standbys,
        int replicationFactor,
        int inputMaxBytes,
        Duration idRetention) {
    /**
     * As JSON a text may grow sixfold, and what is made of a record must fit into the 4 MiB of an internal topic with room to
     * spare.
     */
    static final int INPUT_BYTES_LIMIT = 512 << 10;

    private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);

    /** @throws UserError if a value is out of its range */
    public CritiqueSettings {
        atLeast("touchstone.critic.max-in-flight", limits.inFlight(), 1);
        notNegative("touchstone.critic.requests-per-minute", limits.requestsPerMinute());
        notNegative("touchstone.critic.tokens-per-minute", limits.tokensPerMinute());
        if (limits.moneyPerDay() > 0 && !critic.prices().areKnown()) {
            throw new UserError("touchstone.critic.budget-per-day is set and no price is: set"
                    + " touchstone.critic.price-per-million-input-tokens and -output-tokens.");
        }
        atLeast("touchstone.critic.max-attempts", stage.maxAttempts(), 1);
        atLeast("touchstone.max-waiting", maxWaiting, 1);
        atLeast("touchstone.threads", threads, 1);
        atLeast("touchstone.standbys", standbys, 0);
        atLeast("touchstone.critic.cache-max-entries", stage.cacheMaxEntries(), 1);
        atLeast("touchstone.input-max-bytes", inputMaxBytes, 1_024);
        if (inputMaxBytes > INPUT_BYTES_LIMIT) {
            throw new UserError("touchstone.input-max-bytes is " + inputMaxBytes + ": set it to at most "
                    + INPUT_BYTES_LIMIT + ".");
        }
        if (replicationFactor != -1) {
            atLeast("touchstone.replication-factor", replicationFactor, 1);
        }
        if (commitInterval.toMillis() < 10 || commitInterval.toMillis() > 5_000) {
            throw new UserError("touchstone.commit-interval is not between 10ms and 5s: set it to some 100ms.");
        }
        retention("touchstone.id-retention", idRetention);
        retention("touchstone.critic.cache-retention", stage.cacheRetention());
    }

    /** Name of the Kafka Streams application, and the beginning of the names of its group and internal topics. */
    public String applicationId() {
        return ConsumerGroups.critiqueStream(topics.prefix());
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new UserError(name + " is " + value + ": set it to at least " + least + ".");
        }
    }

    private static void notNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new UserError(name + " is " + value + ": set it to a number above 0, or to 0 for no limit.");
        }
    }

    private static void retention(String name, Duration value) {
        if (value.compareTo(SHORTEST_RETENTION) < 0) {
            throw new UserError(name + " is shorter than a minute: set it to some days, such as P7D.");
        }
    }
}
