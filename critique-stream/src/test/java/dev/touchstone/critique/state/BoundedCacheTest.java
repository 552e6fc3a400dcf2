package dev.touchstone.critique.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class BoundedCacheTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final long NOW = 1_800_000_000_000L;

    private final KeyValueStore<String, BoundedCache.Row<String>> store = store();
    private final BoundedCache<String> cache = new BoundedCache<>(store, DAY, 3);

    @Test
    void shouldForgetTheOldestWhenThereAreTooMany() {
        for (int i = 0; i < 5; i++) {
            cache.put("k" + i, "v" + i, NOW + i);
        }
        assertThat(kept(5)).containsExactly(null, null, "v2", "v3", "v4");
        assertThat(rows()).hasSize(6);
    }

    @Test
    void shouldCountAKeyOnceAndAsNewWhenItIsPutAgain() {
        cache.put("k0", "v0", NOW);
        cache.put("k1", "v1", NOW + 1);
        cache.put("k0", "again", NOW + 2);
        cache.put("k2", "v2", NOW + 3);
        assertThat(kept(3)).containsExactly("again", "v1", "v2");

        cache.put("k3", "v3", NOW + 4);
        assertThat(kept(4)).containsExactly("again", null, "v2", "v3");
    }

    @Test
    void shouldForgetWhatIsTooOld() {
        cache.put("k0", "v0", NOW);
        long later = NOW + DAY.toMillis() + 1;
        assertThat(cache.get("k0", NOW + DAY.toMillis())).isEqualTo("v0");
        assertThat(cache.get("k0", later)).isNull();

        cache.put("k1", "v1", later);
        assertThat(rows()).as("the old one is gone from the store too").hasSize(2);
    }

    @Test
    void shouldGoOnCountingWhenItIsOpenedAgain() {
        cache.put("k0", "v0", NOW);
        cache.put("k1", "v1", NOW + 1);
        BoundedCache<String> again = new BoundedCache<>(store, DAY, 2);
        again.put("k2", "v2", NOW + 2);
        assertThat(kept(3)).containsExactly(null, "v1", "v2");
    }

    private List<String> kept(int keys) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            values.add(cache.get("k" + i, NOW + 10));
        }
        return values;
    }

    private List<String> rows() {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, BoundedCache.Row<String>> all = store.all()) {
            all.forEachRemaining(row -> keys.add(row.key));
        }
        return keys;
    }

    private static KeyValueStore<String, BoundedCache.Row<String>> store() {
        KeyValueStore<String, BoundedCache.Row<String>> store = BoundedCache.builder(
                        Stores.inMemoryKeyValueStore("cache"), JsonSerde.of(String.class))
                .withLoggingDisabled()
                .build();
        MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
        store.init(context.getStateStoreContext(), store);
        return store;
    }
}
