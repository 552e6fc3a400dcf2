package dev.touchstone.producers.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Confined to one thread. The ids that were seen last, with their contents; the oldest is forgotten for a new one. */
final class SeenIds {
    private final Map<UUID, Long> contents;

    SeenIds(int capacity) {
        contents = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<UUID, Long> eldest) {
                return size() > capacity;
            }
        };
    }

    /** What is known of an id. */
    enum Known {
        /** Nothing. */
        NEW,
        /** It has come with the same content. */
        SAME,
        /** It has come with other content. */
        OTHER
    }

    Known known(UUID id, String contentHash) {
        Long before = contents.get(id);
        return before == null ? Known.NEW : before == head(contentHash) ? Known.SAME : Known.OTHER;
    }

    void remember(UUID id, String contentHash) {
        contents.put(id, head(contentHash));
    }

    /** The first 64 bits of a hexadecimal hash; more are not needed to tell the contents of one id apart. */
    private static long head(String contentHash) {
        return Long.parseUnsignedLong(contentHash.substring(0, 16), 16);
    }
}
