package dev.touchstone.scorer;

import java.util.LinkedHashMap;
import java.util.Map;

/** Not thread-safe. A map that forgets its oldest entry when it has too many. */
public final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int most;

    /** @param most entries */
    public Bounded(int most) {
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
