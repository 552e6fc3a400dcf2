package dev.touchstone.scorer;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.dashboard.LagReader;
import dev.touchstone.scorer.scoring.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Thread-safe. The scorer's metrics; docs name them as they stand here. */
public final class ScorerMetrics {
    private static final double NANOS = 1e9;

    private final MeterRegistry registry;
    private final DistributionSummary seconds;
    private final DistributionSummary reward;
    private final Counter swaps;

    /** @param registry where the meters live */
    public ScorerMetrics(MeterRegistry registry) {
        this.registry = registry;
        seconds = DistributionSummary.builder("rm.score.seconds")
                .baseUnit("seconds")
                .description("Time to score one batch, from topic or HTTP.")
                .serviceLevelObjectives(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
                .register(registry);
        reward = DistributionSummary.builder("rm.reward")
                .description("Logits that were given, from topic or HTTP.")
                .register(registry);
        swaps = Counter.builder("rm.model.swaps")
                .description("How often another version began to serve in the place of one.")
                .register(registry);
        // They are there from the start, so that an alarm on one of them sees its first event.
        for (RewardStatus status : RewardStatus.values()) {
            registry.counter("rm.rewards", "status", status.name());
        }
        registry.counter("rm.dead.letters", "reason", DeadLetterReason.UNDECODABLE.name());
    }

    /**
     * Shows how many texts of requests wait or are scored, how many completions are on their way through the topics, whether a
     * model serves, and how far each service is behind.
     *
     * @return ends it: a registry would go on asking what has ended, and take nothing else under the same names
     */
    public Runnable watch(Supplier<Number> texts, Supplier<Number> streamed, BooleanSupplier serves, LagReader lags) {
        List<Gauge> gauges = new ArrayList<>();
        gauges.add(Gauge.builder("rm.queue.texts", texts)
                .description("Texts of HTTP requests that wait or are scored.")
                .register(registry));
        gauges.add(Gauge.builder("rm.streamed.waiting", streamed)
                .description("Completions of HTTP requests on their way through the topics.")
                .register(registry));
        gauges.add(Gauge.builder("rm.model.serving", () -> serves.getAsBoolean() ? 1 : 0)
                .description("1 while a model serves.")
                .register(registry));
        for (LagReader.Lag asked : lags.asked()) {
            gauges.add(Gauge.builder("rm.lag", () -> lags.lag(asked))
                    .baseUnit("offsets")
                    .description("How far a service is behind the end of its topic; NaN where it is not known.")
                    .tag("service", asked.service())
                    .tag("topic", asked.topic())
                    .register(registry));
        }
        return () -> gauges.forEach(registry::remove);
    }

    /** A batch was scored. */
    public void batch(long nanos) {
        seconds.record(nanos / NANOS);
    }

    /** Outcomes were given away: published, or answered over HTTP. */
    public void given(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            registry.counter("rm.rewards", "status", outcome.status().name()).increment();
            if (outcome.logit() != null) {
                reward.record(outcome.logit());
            }
        }
    }

    /** Records became dead letters. */
    public void deadLetters(DeadLetterReason reason, int count) {
        registry.counter("rm.dead.letters", "reason", reason.name()).increment(count);
    }

    /** Another version serves in the place of one. */
    public void swapped() {
        swaps.increment();
    }
}
