package dev.touchstone.critique.shell;

import dev.touchstone.critique.CritiqueStream;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.critic.Usage;
import dev.touchstone.critique.topology.Origin;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Thread-safe. What the core tells, as Micrometer's meters. */
final class Metrics implements StreamObserver, StageListener, CriticObserver {
    /** Buckets as the semantic conventions want them: 10 ms to 82 s by twos, 1 to 67 million tokens by fours. */
    private static final Duration[] DURATIONS = IntStream.range(0, 14)
            .mapToObj(i -> Duration.ofMillis(10).multipliedBy(1L << i))
            .toArray(Duration[]::new);

    /** A tenth of a second to 55 minutes by twos: critics are slow, and pairs may wait for them. */
    private static final Duration[] WAITS = IntStream.range(0, 16)
            .mapToObj(i -> Duration.ofMillis(100).multipliedBy(1L << i))
            .toArray(Duration[]::new);

    private static final double[] TOKENS =
            IntStream.range(0, 14).mapToDouble(i -> 1L << (2 * i)).toArray();
    /** Prometheus wants the same tags on all meters of one name, so there is a word for no error. */
    private static final String NO_ERROR = "none";

    private final MeterRegistry registry;
    private final String criticModel;
    private final DistributionSummary inputTokens;
    private final DistributionSummary outputTokens;
    private final Counter cost;
    private final Map<Event, Counter> requests = new EnumMap<>(Event.class);
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);
    private final Map<Origin.Kind, Timer> sent = new EnumMap<>(Origin.Kind.class);
    private final Counter duplicates;
    private final Counter late;

    /**
     * @param criticModel the model that is asked for
     * @param budgetPerDay money of all instances for a day; 0 for no limit
     */
    Metrics(MeterRegistry registry, String criticModel, double budgetPerDay) {
        this.registry = registry;
        this.criticModel = criticModel;
        inputTokens = tokens("input");
        outputTokens = tokens("output");
        cost = Counter.builder("critique.cost")
                .description(
                        "Money that calls used, in the currency of the prices; estimated where tokens are not told")
                .register(registry);
        for (Event event : Event.values()) {
            requests.put(
                    event,
                    Counter.builder("critique.requests")
                            .description("Requests and attempts by what became of them")
                            .tag("outcome", event.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(
                    reason,
                    Counter.builder("rm.dead.letters")
                            .description("Records that became dead letters")
                            .tag("reason", reason.name())
                            .register(registry));
        }
        for (Origin.Kind kind : Origin.Kind.values()) {
            sent.put(
                    kind,
                    Timer.builder("critique.record.seconds")
                            .description("From coming in to going out, with critiques or with the reason for none")
                            .serviceLevelObjectives(WAITS)
                            .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("critique.budget.per.day", () -> budgetPerDay)
                .description("Money that all instances may spend on a UTC day; 0 is no limit")
                .register(registry);
        // There from the start, so that a rate of it is known before the first call.
        durations(NO_ERROR);
        duplicates = Counter.builder("critique.duplicates")
                .description("Records dropped because the same content was seen under the same id")
                .register(registry);
        late = Counter.builder("critique.late")
                .description("Critiques that came when their record no longer waited")
                .register(registry);
    }

    private DistributionSummary tokens(String type) {
        return DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens of a request, where the endpoint tells them")
                .serviceLevelObjectives(TOKENS)
                .tag("gen_ai.operation.name", "chat")
                .tag("gen_ai.request.model", criticModel)
                .tag("gen_ai.token.type", type)
                .register(registry);
    }

    /** Shows the core's own figures. */
    void watch(CritiqueStream stream) {
        gauge("critique.inflight", "Calls in flight", stream, CallPool::inFlight);
        gauge("critique.slots", "Calls that may be in flight now", stream, CallPool::slots);
        gauge("critique.pending", "Requests that have not ended", stream, CallPool::pending);
        gauge(
                "critique.spend.today",
                "Money used or kept free today by the tasks of this instance, in the currency of the prices",
                stream,
                calls -> calls.moneySpentToday() / Prices.BILLION);
        for (CallPool.Health health : CallPool.Health.values()) {
            Gauge.builder(
                            "critique.calls",
                            stream,
                            it -> it.calls()
                                            .filter(calls -> calls.health() == health)
                                            .isPresent()
                                    ? 1
                                    : 0)
                    .description("What holds calls back: 1 for the state that is")
                    .tag("state", health.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private void gauge(
            String name, String description, CritiqueStream stream, ToDoubleFunction<CallPool<?, ?>> figure) {
        Gauge.builder(name, stream, it -> it.calls().map(figure::applyAsDouble).orElse(0.0))
                .description(description)
                .register(registry);
    }

    @Override
    public void on(Event event) {
        Objects.requireNonNull(requests.get(event)).increment();
    }

    @Override
    public void sent(Origin.Kind kind, Duration took) {
        Objects.requireNonNull(sent.get(kind)).record(took);
    }

    @Override
    public void deadLetter(DeadLetterReason reason) {
        Objects.requireNonNull(deadLetters.get(reason)).increment();
    }

    @Override
    public void duplicate() {
        duplicates.increment();
    }

    @Override
    public void late() {
        late.increment();
    }

    @Override
    public void ended(Duration took, @Nullable Usage usage, @Nullable String errorType) {
        durations(errorType == null ? NO_ERROR : errorType).record(took);
        if (usage != null) {
            inputTokens.record(usage.promptTokens());
            outputTokens.record(usage.completionTokens());
        }
    }

    private Timer durations(String errorType) {
        return Timer.builder("gen_ai.client.operation.duration")
                .description("Time of a request to the critic")
                .serviceLevelObjectives(DURATIONS)
                .tag("gen_ai.operation.name", "chat")
                .tag("gen_ai.request.model", criticModel)
                .tag("error.type", errorType)
                .register(registry);
    }

    @Override
    public void spent(Spend spend) {
        cost.increment(spend.money() / Prices.BILLION);
    }
}
