package dev.touchstone.trainer;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.trainer.gate.Evidence;
import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.log.LogItem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Thread-safe. The trainer's meters, for whoever watches the process. */
final class TrainerMeters {
    private final MeterRegistry registry;
    private final String model;
    private final Counter steps;
    private final Counter tokens;
    private final Timer checkpoints;
    private volatile @Nullable Figures figures;
    private volatile double lag = Double.NaN;
    private volatile double evidence = Double.NaN;

    TrainerMeters(MeterRegistry registry, String model) {
        this.registry = registry;
        this.model = model;
        steps = Counter.builder("rm.train.steps")
                .description("Optimiser steps, replay included")
                .tag("model", model)
                .register(registry);
        tokens = Counter.builder("rm.train.tokens")
                .description("Tokens of the pairs trained on, both sides")
                .tag("model", model)
                .register(registry);
        checkpoints = Timer.builder("rm.checkpoint.seconds")
                .description("From the evaluation to the end of the transaction")
                .tag("model", model)
                .register(registry);
        gauge("rm.train.loss", "Mean ranking loss of the window, before each update", Figures::loss);
        gauge("rm.train.accuracy", "Prequential accuracy of the window", Figures::windowAccuracy);
        gauge("rm.train.margin", "Mean lead of the chosen side in the window", Figures::margin);
        gauge("rm.train.grad.norm", "Mean gradient norm before clipping", Figures::gradientNorm);
        Gauge.builder("rm.gate.evidence", this, meters -> meters.evidence)
                .description("Evidence that there is a better version than the champion; 1 says nothing")
                .tag("model", model)
                .register(registry);
        Gauge.builder("rm.train.lag", this, meters -> meters.lag)
                .description("Offsets of the log that are not consumed")
                .tag("model", model)
                .register(registry);
    }

    void learnt(BatchOutcome outcome, Figures now, Iterable<LogItem.Dead> dead) {
        steps.increment(outcome.steps());
        tokens.increment((double) outcome.tokens());
        figures = now;
        for (LogItem.Dead item : dead) {
            deadLetters(item.reason()).increment();
        }
    }

    void published(Duration took, Ruling ruling) {
        checkpoints.record(took);
        Evidence known = ruling.evidence();
        evidence = known == null ? Double.NaN : known.value();
        Counter.builder("rm.gate.decisions")
                .description("Checkpoints by what the gate decided")
                .tag("decision", ruling.decision().name())
                .tag("model", model)
                .register(registry)
                .increment();
    }

    void lag(long offsets) {
        lag = (double) offsets;
    }

    private Counter deadLetters(DeadLetterReason reason) {
        return Counter.builder("rm.dead.letters")
                .description("Records that could not be used")
                .tag("reason", reason.name())
                .tag("model", model)
                .register(registry);
    }

    private void gauge(String name, String description, Function<Figures, @Nullable Double> figure) {
        Gauge.builder(name, this, meters -> {
                    Figures now = meters.figures;
                    Double value = now == null ? null : figure.apply(now);
                    return value == null ? Double.NaN : value;
                })
                .description(description)
                .tag("model", model)
                .register(registry);
    }
}
