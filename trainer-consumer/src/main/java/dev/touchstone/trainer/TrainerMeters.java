package dev.touchstone.trainer;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.trainer.gate.Evidence;
import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.log.LogItem;
import dev.touchstone.trainer.measure.NameFigures;
import dev.touchstone.trainer.measure.PairFigures;
import dev.touchstone.trainer.measure.PrequentialFigures.Span;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Thread-safe. The trainer's meters, for whoever watches the process. The README has a table of them. */
final class TrainerMeters {
    private static final double SECOND = Duration.ofSeconds(1).toNanos();
    private static final Map<String, Function<PairFigures, @Nullable Double>> FIGURES = Map.of(
            "accuracy", PairFigures::accuracy,
            "log.loss", PairFigures::logLoss,
            "brier", PairFigures::brier,
            "calibration.error", PairFigures::calibrationError,
            "margin", PairFigures::margin,
            "reward.min", PairFigures::rewardMin,
            "reward.mean", PairFigures::rewardMean,
            "reward.max", PairFigures::rewardMax,
            "length.correlation", PairFigures::lengthCorrelation,
            "pairs", figures -> (double) figures.pairs());
    private static final Map<String, Function<Span, @Nullable PairFigures>> ARMS =
            Map.of("any", Span::all, "read", Span::withCritique, "withheld", Span::withoutCritique);

    private final MeterRegistry registry;
    private final String model;
    private final LongSupplier nanoTime;
    private final Counter steps;
    private final Counter tokens;
    private final Timer checkpoints;
    private final Throughput throughput;
    private final MultiGauge sourceAccuracy;
    private final MultiGauge criticAccuracy;
    private volatile @Nullable Figures figures;
    private volatile double lag = Double.NaN;
    private volatile double evidence = Double.NaN;
    private volatile long publishedAt;

    TrainerMeters(MeterRegistry registry, String model) {
        this(registry, model, System::nanoTime);
    }

    TrainerMeters(MeterRegistry registry, String model, LongSupplier nanoTime) {
        this.registry = registry;
        this.model = model;
        this.nanoTime = nanoTime;
        throughput = new Throughput(nanoTime);
        publishedAt = nanoTime.getAsLong();
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
        // There from the start, so that an alarm on one of them sees its first event.
        for (GateDecision decision : GateDecision.values()) {
            decisions(decision);
        }
        deadLetters(DeadLetterReason.UNDECODABLE);
        deadLetters(DeadLetterReason.INVALID);
        gauge("rm.train.loss", "Mean ranking loss of the window, before each update", Figures::loss);
        gauge("rm.train.accuracy", "Prequential accuracy of the window", Figures::windowAccuracy);
        gauge("rm.train.margin", "Mean lead of the chosen side in the window", Figures::margin);
        gauge("rm.train.grad.norm", "Mean gradient norm before clipping", Figures::gradientNorm);
        Gauge.builder("rm.gate.evidence", this, meters -> meters.evidence)
                .description("Evidence that there is a better version than the champion; 1 says nothing")
                .tag("model", model)
                .register(registry);
        gauge(
                "rm.train.drift.error",
                "Error since it last changed",
                f -> f.prequential().drift().error());
        gauge(
                "rm.train.drift.error.before",
                "Error before the last alarm",
                f -> f.prequential().drift().errorBefore());
        gauge(
                "rm.train.drift.error.after",
                "Error after the last alarm",
                f -> f.prequential().drift().errorAfter());
        gauge(
                "rm.train.drift.pairs.since.alarm",
                "Pairs tested since the last alarm",
                f -> asDouble(f.prequential().drift().pairsSinceAlarm()));
        gauge("rm.train.drift.alarms", "Alarms since the model began", f ->
                (double) f.prequential().drift().alarms());
        spans();
        sourceAccuracy = MultiGauge.builder("rm.train.source.accuracy")
                .description("Prequential accuracy of the window by source")
                .tag("model", model)
                .register(registry);
        criticAccuracy = MultiGauge.builder("rm.train.critic.accuracy")
                .description("Prequential accuracy of the window by critic")
                .tag("model", model)
                .register(registry);
        Gauge.builder("rm.train.lag", this, meters -> meters.lag)
                .description("Offsets of the log that are not consumed")
                .tag("model", model)
                .register(registry);
        Gauge.builder("rm.train.steps.per.second", throughput, Throughput::steps)
                .description("Optimiser steps per second over the last minute")
                .tag("model", model)
                .register(registry);
        Gauge.builder("rm.train.tokens.per.second", throughput, Throughput::tokens)
                .description("Tokens of fresh pairs per second over the last minute")
                .tag("model", model)
                .register(registry);
        Gauge.builder("rm.checkpoint.age.seconds", this, meters -> (nanoTime.getAsLong() - meters.publishedAt) / SECOND)
                .description(
                        "Seconds since the last checkpoint became visible, or since the start before the first one")
                .tag("model", model)
                .register(registry);
    }

    /** The trainer holds its model from now on. */
    void began() {
        publishedAt = nanoTime.getAsLong();
    }

    void learnt(BatchOutcome outcome, Figures now, Iterable<LogItem.Dead> dead) {
        steps.increment(outcome.steps());
        tokens.increment((double) outcome.tokens());
        throughput.add(outcome.steps(), outcome.tokens());
        figures = now;
        for (LogItem.Dead item : dead) {
            deadLetters(item.reason()).increment();
        }
    }

    void published(Figures now, Duration took, Ruling ruling) {
        checkpoints.record(took);
        publishedAt = nanoTime.getAsLong();
        rows(sourceAccuracy, "source", now.prequential().window().sources());
        rows(criticAccuracy, "critic", now.prequential().window().critics());
        Evidence known = ruling.evidence();
        evidence = known == null ? Double.NaN : known.value();
        decisions(ruling.decision()).increment();
    }

    void lag(long offsets) {
        lag = (double) offsets;
    }

    private void spans() {
        Map<String, Function<Figures, Span>> spans = Map.of(
                "window",
                f -> f.prequential().window(),
                "total",
                f -> f.prequential().total());
        spans.forEach((span, of) -> FIGURES.forEach((name, figure) -> ARMS.forEach((arm, pairs) -> Gauge.builder(
                        "rm.train." + span + "." + name,
                        this,
                        meters -> meters.value(f -> {
                            PairFigures some = pairs.apply(of.apply(f));
                            return some == null ? null : figure.apply(some);
                        }))
                .tag("critique", arm)
                .description("Prequential, see the table of figures")
                .tag("model", model)
                .register(registry))));
    }

    private static void rows(MultiGauge gauge, String tag, Map<String, NameFigures> all) {
        gauge.register(
                all.entrySet().stream()
                        .<MultiGauge.Row<?>>map(e -> MultiGauge.Row.of(
                                Tags.of(tag, e.getKey()), e.getValue().accuracy()))
                        .toList(),
                true);
    }

    private Counter decisions(GateDecision decision) {
        return Counter.builder("rm.gate.decisions")
                .description("Checkpoints by what the gate decided")
                .tag("decision", decision.name())
                .tag("model", model)
                .register(registry);
    }

    private Counter deadLetters(DeadLetterReason reason) {
        return Counter.builder("rm.dead.letters")
                .description("Records that could not be used")
                .tag("reason", reason.name())
                .tag("model", model)
                .register(registry);
    }

    private void gauge(String name, String description, Function<Figures, @Nullable Double> figure) {
        Gauge.builder(name, this, meters -> meters.value(figure))
                .description(description)
                .tag("model", model)
                .register(registry);
    }

    private double value(Function<Figures, @Nullable Double> figure) {
        Figures now = figures;
        Double value = now == null ? null : figure.apply(now);
        return value == null ? Double.NaN : value;
    }

    private static @Nullable Double asDouble(@Nullable Long value) {
        return value == null ? null : value.doubleValue();
    }
}
