package dev.touchstone.critique.topology;

import dev.touchstone.critique.state.ExpiringStore;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.topology.Origin.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Stream thread only. What intake and join know together of the records that came in: changelogged stores of one task.
 * {@code seen} (id to content hash, expiring), {@code origins-pair} and {@code origins-completion} (records that wait for critiques), {@code collected}
 * (those of their requests that have ended), {@code deadlines} (time and id, in the order of time).
 */
final class OriginStores {
    private static final String SEEN = "seen";
    private static final String COLLECTED = "collected";
    private static final String DEADLINES = "deadlines";

    private final ExpiringStore<String> seen;
    private final Map<Kind, KeyValueStore<String, Origin>> origins = new EnumMap<>(Kind.class);
    private final KeyValueStore<String, Collected> collected;
    private final KeyValueStore<String, String> deadlines;

    OriginStores(ProcessorContext<?, ?> context, Duration idRetention) {
        seen = new ExpiringStore<>(context.getStateStore(SEEN), idRetention);
        for (Kind kind : Kind.values()) {
            origins.put(kind, context.getStateStore(origins(kind)));
        }
        collected = context.getStateStore(COLLECTED);
        deadlines = context.getStateStore(DEADLINES);
    }

    static Set<StoreBuilder<?>> builders(Duration idRetention) {
        return Set.of(
                ExpiringStore.builder(SEEN, idRetention, Serdes.String()),
                origins(Stores.persistentKeyValueStore(origins(Kind.PAIR))),
                origins(Stores.persistentKeyValueStore(origins(Kind.COMPLETION))),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(COLLECTED), Serdes.String(), JsonSerde.of(Collected.class)),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(DEADLINES), Serdes.String(), Serdes.String()));
    }

    static String[] names() {
        return new String[] {SEEN, origins(Kind.PAIR), origins(Kind.COMPLETION), COLLECTED, DEADLINES};
    }

    /** A store for each kind, so that it is known how many of each wait. */
    private static String origins(Kind kind) {
        return "origins-" + kind.name().toLowerCase(Locale.ROOT);
    }

    private static StoreBuilder<?> origins(KeyValueBytesStoreSupplier store) {
        return Stores.keyValueStoreBuilder(store, Serdes.String(), JsonSerde.of(Origin.class));
    }

    private KeyValueStore<String, Origin> of(Kind kind) {
        return Objects.requireNonNull(origins.get(kind));
    }

    /** The content that was seen under an id, as a hash, or null. */
    @Nullable
    String seen(String originKey, long nowMs) {
        return seen.get(originKey, nowMs);
    }

    /** Keeps a record until it is done. */
    void keep(Origin origin, String contentHash) {
        seen.put(origin.storeKey(), contentHash, origin.seenAt());
        of(origin.kind()).put(origin.storeKey(), origin);
        if (origin.deadline() != null) {
            deadlines.put(deadlineKey(origin.deadline(), origin.storeKey()), origin.storeKey());
        }
    }

    /** The record that waits, unless it is done already, or is another one with the same id. */
    @Nullable
    Origin waiting(OriginRef ref) {
        Origin origin = of(ref.kind()).get(ref.originKey());
        return origin != null && origin.offset() == ref.offset() ? origin : null;
    }

    /** How many records of a kind wait; exact enough, as each row is put once and deleted once. */
    long waiting(Kind kind) {
        return of(kind).approximateNumEntries();
    }

    /** How the requests of a record that have ended did so. */
    Collected collected(Origin origin) {
        Collected row = collected.get(origin.storeKey());
        return row == null ? Collected.NOTHING : row;
    }

    void keep(Origin origin, Collected row) {
        collected.put(origin.storeKey(), row);
    }

    /**
     * A record is done.
     *
     * @param cameThrough whether it came out; if it became a dead letter, its id is forgotten, so that it can be sent again
     */
    void done(Origin origin, boolean cameThrough) {
        of(origin.kind()).delete(origin.storeKey());
        if (origin.kind() == Origin.Kind.PAIR || origin.samples() > 1) {
            collected.delete(origin.storeKey());
        }
        if (origin.deadline() != null) {
            deadlines.delete(deadlineKey(origin.deadline(), origin.storeKey()));
        }
        if (!cameThrough) {
            seen.remove(origin.storeKey(), origin.seenAt());
        }
    }

    boolean hasDeadlines() {
        try (KeyValueIterator<String, String> rows = deadlines.all()) {
            return rows.hasNext();
        }
    }

    /** The records whose deadline has passed. */
    List<Origin> late(long nowMs) {
        List<KeyValue<String, String>> rows = new ArrayList<>();
        try (KeyValueIterator<String, String> found = deadlines.range(null, deadlineKey(nowMs + 1, ""))) {
            found.forEachRemaining(rows::add);
        }
        return rows.stream()
                .map(row -> of(Kind.COMPLETION).get(row.value))
                .filter(origin -> origin != null && origin.lateAt(nowMs))
                .toList();
    }

    private static String deadlineKey(long deadlineMs, String originKey) {
        return String.format(Locale.ROOT, "%016x/%s", deadlineMs, originKey);
    }
}
