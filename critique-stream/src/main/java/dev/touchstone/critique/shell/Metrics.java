package dev.touchstone.critique.shell;

import dev.touchstone.critique.CritiqueStream;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Thread-safe. What the core tells, as Micrometer's meters. */
final class Metrics implements StreamObserver, StageListener {
    private final MeterRegistry registry;
    private final Map<Event, Counter> requests = new EnumMap<>(Event.class);
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);
    private final Counter duplicates;
    private final Counter late;

    Metrics(MeterRegistry registry) {
        this.registry = registry;
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
        duplicates = Counter.builder("critique.duplicates")
                .description("Records dropped because the same content was seen under the same id")
                .register(registry);
        late = Counter.builder("critique.late")
                .description("Critiques that came when their record no longer waited")
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
}
