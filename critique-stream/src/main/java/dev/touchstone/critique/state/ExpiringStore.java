package dev.touchstone.critique.state;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * Stream thread only. A map whose entries vanish some time after they were put: a window store, which drops whole segments
 * instead of single rows. Times are wall-clock: a source's timestamps may lie anywhere.
 *
 * @param <V> class of the values
 */
public final class ExpiringStore<V> {
    /** Rows that another instance, whose clock is ahead, put "in the future" are found as well. */
    private static final long CLOCK_SKEW_MS = Duration.ofDays(1).toMillis();

    private final WindowStore<String, V> store;
    private final long retentionMs;

    /**
     * @param store a store made by {@link #builder}
     * @param retention how long an entry is kept at least, as given to the builder
     */
    public ExpiringStore(WindowStore<String, V> store, Duration retention) {
        this.store = store;
        this.retentionMs = retention.toMillis();
    }

    /** The store below, changelogged. */
    public static <V> StoreBuilder<WindowStore<String, V>> builder(String name, Duration retention, Serde<V> values) {
        return Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(name, retention, Duration.ofMillis(1), false),
                        Serdes.String(),
                        values)
                // The changelog carries the timestamps of sources; its retention must count from when a row was
                // written.
                .withLoggingEnabled(Map.of("message.timestamp.type", "LogAppendTime"));
    }

    /** The newest value that was put under a key and has not expired, or null. */
    public @Nullable V get(String key, long nowMs) {
        try (WindowStoreIterator<V> rows =
                store.backwardFetch(key, Math.max(0, nowMs - retentionMs), nowMs + CLOCK_SKEW_MS)) {
            return rows.hasNext() ? rows.next().value : null;
        }
    }

    /** Puts a value. */
    public void put(String key, V value, long nowMs) {
        store.put(key, value, nowMs);
    }

    /**
     * Removes a value.
     *
     * @param putAtMs when it was put
     */
    @SuppressWarnings("NullAway") // Kafka's contract: a null value deletes
    public void remove(String key, long putAtMs) {
        store.put(key, null, putAtMs);
    }
}
