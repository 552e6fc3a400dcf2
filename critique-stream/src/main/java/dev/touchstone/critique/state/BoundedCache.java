package dev.touchstone.critique.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Stream thread only. A changelogged cache that forgets what is too old, and the oldest when there is too much. One store
 * with two kinds of rows: values by key, and keys by the time they were put.
 *
 * @param <V> class of the values
 */
public final class BoundedCache<V> {
    /** Evictions at one put, at most: a cache whose bound was lowered shrinks step by step. */
    private static final int EVICTIONS = 32;

    private static final String VALUE = "v/";
    private static final String AGE = "a/";
    private static final String AFTER_AGES = "a0";
    /** Evicted rows must not be read again at every restore. */
    private static final Map<String, String> CHANGELOG =
            Map.of("min.cleanable.dirty.ratio", "0.3", "segment.bytes", Integer.toString(64 << 20));

    private final KeyValueStore<String, Row<V>> store;
    private final long retentionMs;
    private final long maxEntries;
    private long entries;
    /** Rows before this have been evicted: a scan from the very beginning would walk over their graves. */
    private String oldest = AGE;
    /** No row is older: as long as that one is young and there are few, nothing need be looked for. */
    private long oldestAt;

    /**
     * A row of the store.
     *
     * @param putAt when the value was put, epoch milliseconds
     * @param value the value; absent in a row by time
     * @param <V> class of the value
     */
    public record Row<V>(long putAt, @Nullable V value) {}

    /**
     * @param store a store made by {@link #builder}
     * @param retention how long an entry is kept
     * @param maxEntries how many are kept
     */
    public BoundedCache(KeyValueStore<String, Row<V>> store, Duration retention, long maxEntries) {
        this.store = store;
        this.retentionMs = retention.toMillis();
        this.maxEntries = maxEntries;
        entries = store.approximateNumEntries() / 2;
    }

    /** The store below, changelogged; kept as the supplier says. */
    public static <V> StoreBuilder<KeyValueStore<String, Row<V>>> builder(
            KeyValueBytesStoreSupplier supplier, JsonSerde<V> values) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.String(), JsonSerde.<Row<V>>ofParametric(Row.class, values))
                .withLoggingEnabled(CHANGELOG);
    }

    /** The value of a key, unless it is too old or was never put. */
    public @Nullable V get(String key, long nowMs) {
        Row<V> row = store.get(VALUE + key);
        return row == null || isOld(row, nowMs) ? null : row.value();
    }

    /** Puts a value, in place of an earlier one, and forgets what is too old or too much. */
    public void put(String key, V value, long nowMs) {
        Row<V> before = store.get(VALUE + key);
        if (before == null) {
            entries++;
        } else {
            store.delete(age(before.putAt(), key));
        }
        store.put(VALUE + key, new Row<>(nowMs, value));
        store.put(age(nowMs, key), new Row<>(nowMs, null));
        evict(nowMs);
    }

    private void evict(long nowMs) {
        if (entries <= maxEntries && nowMs - oldestAt <= retentionMs) {
            return;
        }
        List<KeyValue<String, Row<V>>> rows = new ArrayList<>();
        try (KeyValueIterator<String, Row<V>> byAge = store.range(oldest, AFTER_AGES)) {
            while (byAge.hasNext() && rows.size() < EVICTIONS) {
                KeyValue<String, Row<V>> row = byAge.next();
                if (entries - rows.size() <= maxEntries && !isOld(row.value, nowMs)) {
                    oldestAt = row.value.putAt();
                    break;
                }
                rows.add(row);
            }
        }
        for (KeyValue<String, Row<V>> row : rows) {
            store.delete(row.key);
            store.delete(VALUE + row.key.substring(age(0, "").length()));
            oldest = row.key;
            entries--;
        }
    }

    private boolean isOld(Row<V> row, long nowMs) {
        return nowMs - row.putAt() > retentionMs;
    }

    private static String age(long putAtMs, String key) {
        return String.format(Locale.ROOT, AGE + "%016x/%s", putAtMs, key);
    }
}
