package dev.touchstone.critique.shell;

import dev.touchstone.critique.CritiqueStream;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

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
        Gauge.builder("critique.inflight", stream, CritiqueStream::inFlight)
                .description("Calls in flight")
                .register(registry);
        Gauge.builder("critique.pending", stream, CritiqueStream::pending)
                .description("Requests that have not ended")
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
