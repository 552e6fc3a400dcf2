package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.kafka.DeadLetters.Origin;
import dev.touchstone.scorer.Bounded;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. What has gone into the critique stream since the start and has not come out of it. Topics are read side by
 * side, so what comes out may be seen before what went in.
 */
final class PendingPanel {
    private static final int MOST = 50_000;

    private final LinkedHashMap<UUID, In> pending = new LinkedHashMap<>();
    private final Map<Origin, UUID> origins = new HashMap<>();
    private final Bounded<Object, Boolean> settled = new Bounded<>(MOST);

    private record In(boolean pair, Origin origin, Instant at) {}

    /**
     * What is shown.
     *
     * @param pairs that wait for critiques
     * @param completions that wait for one
     * @param oldestSeconds how long the oldest has waited; null if none waits
     * @param atLeast whether there are more than can be remembered
     */
    record View(long pairs, long completions, @Nullable Double oldestSeconds, boolean atLeast) {}

    void in(UUID id, boolean pair, Origin origin, Instant now) {
        // An id that comes again is dropped by the stream, or becomes a dead letter.
        if (pending.size() < MOST
                && !pending.containsKey(id)
                && !settled.containsKey(id)
                && !settled.containsKey(origin)) {
            pending.put(id, new In(pair, origin, now));
            origins.put(origin, id);
        }
    }

    void out(UUID id) {
        settled.put(id, Boolean.TRUE);
        In in = pending.remove(id);
        if (in != null) {
            origins.remove(in.origin());
        }
    }

    void dead(Origin origin) {
        settled.put(origin, Boolean.TRUE);
        UUID id = origins.remove(origin);
        if (id != null) {
            pending.remove(id);
        }
    }

    View view(Instant now) {
        long pairs = pending.values().stream().filter(In::pair).count();
        return new View(
                pairs,
                pending.size() - pairs,
                pending.isEmpty()
                        ? null
                        : (Double) (Duration.between(
                                                pending.values()
                                                        .iterator()
                                                        .next()
                                                        .at(),
                                                now)
                                        .toMillis()
                                / 1000.0),
                pending.size() >= MOST);
    }
}
