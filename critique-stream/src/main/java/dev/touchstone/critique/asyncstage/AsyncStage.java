package dev.touchstone.critique.asyncstage;

import dev.touchstone.critique.state.BoundedCache;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.state.Valve;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A processor that calls something slow without blocking its stream thread and without losing what is in flight: {@link Ask}s
 * go in, keyed by a hash of their content, and one {@link Answer} for each comes out. Under exactly_once_v2 every ask is
 * answered exactly once; calls may be repeated after a crash, those in flight and those that ended since the last commit.
 *
 * <p>Changelogged stores, named after the stage: {@code NAME-pending} (hash to request), {@code NAME-waiters} (one row per
 * waiter, so that a thousand of them do not grow one value), {@code NAME-cache} (hash to answer) and {@code NAME-spend} (UTC
 * day to money used).
 *
 * @param <Q> what is asked
 * @param <W> who waits
 * @param <R> what comes back
 */
public final class AsyncStage<Q, W, R> implements ProcessorSupplier<String, Ask<Q, W>, String, Answer<W, R>> {
    /** Small and rewritten all the time: without this a restore would read long dead rows. */
    private static final Map<String, String> SHORT_CHANGELOG =
            Map.of("min.cleanable.dirty.ratio", "0.1", "segment.bytes", "16777216", "delete.retention.ms", "60000");

    private final String name;
    private final StageSettings settings;
    private final CallPool<Q, R> pool;
    private final Valve valve;
    private final StageListener listener;
    private final RandomGenerator random;
    private final Set<StoreBuilder<?>> stores;

    /**
     * @param name prefix of the stores' names
     * @param settings limits
     * @param pool slots for calls, shared by all tasks of this instance
     * @param valve shuts the input while too much is pending
     * @param listener hears of everything that happens
     * @param random for the jitter of pauses
     * @param requests serde of what is asked
     * @param waiters serde of who waits
     * @param results serde of what comes back
     */
    public AsyncStage(
            String name,
            StageSettings settings,
            CallPool<Q, R> pool,
            Valve valve,
            StageListener listener,
            RandomGenerator random,
            JsonSerde<Q> requests,
            JsonSerde<W> waiters,
            JsonSerde<R> results) {
        this.name = name;
        this.settings = settings;
        this.pool = pool;
        this.valve = valve;
        this.listener = listener;
        this.random = random;
        stores = Set.of(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(pendingStore(name)),
                                Serdes.String(),
                                JsonSerde.<PendingRow<Q>>ofParametric(PendingRow.class, requests))
                        .withLoggingEnabled(SHORT_CHANGELOG),
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(waitersStore(name)),
                                Serdes.String(),
                                JsonSerde.<WaiterRow<W>>ofParametric(WaiterRow.class, waiters))
                        .withLoggingEnabled(SHORT_CHANGELOG),
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(spendStore(name)), Serdes.String(), Serdes.Long())
                        .withLoggingEnabled(SHORT_CHANGELOG),
                BoundedCache.builder(Stores.persistentKeyValueStore(cacheStore(name)), results));
    }

    @Override
    public Processor<String, Ask<Q, W>, String, Answer<W, R>> get() {
        return new StageProcessor<>(name, settings, pool, valve, listener, random);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return stores;
    }

    static String pendingStore(String name) {
        return name + "-pending";
    }

    static String waitersStore(String name) {
        return name + "-waiters";
    }

    static String spendStore(String name) {
        return name + "-spend";
    }

    static String cacheStore(String name) {
        return name + "-cache";
    }
}
