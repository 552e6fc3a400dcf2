package dev.touchstone.critique.asyncstage;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Stream thread only. The money that a task used on a UTC day, kept in a store: a restart does not begin the day anew. */
final class SpendBook {
    private final KeyValueStore<String, Long> store;

    SpendBook(KeyValueStore<String, Long> store) {
        this.store = store;
    }

    /** Used on the day of a time, in billionths. */
    long ofDay(long nowMs) {
        Long spent = store.get(key(nowMs));
        return spent == null ? 0 : spent;
    }

    void add(long money, long nowMs) {
        if (money == 0) {
            return;
        }
        long before = ofDay(nowMs);
        if (before == 0) {
            forgetOtherDays();
        }
        store.put(key(nowMs), before + money);
    }

    private void forgetOtherDays() {
        List<String> days = new ArrayList<>();
        try (KeyValueIterator<String, Long> rows = store.all()) {
            rows.forEachRemaining(row -> days.add(row.key));
        }
        days.forEach(store::delete);
    }

    private static String key(long nowMs) {
        return Long.toString(Purse.dayOf(nowMs));
    }
}
