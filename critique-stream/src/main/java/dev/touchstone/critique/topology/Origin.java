package dev.touchstone.critique.topology;

import dev.touchstone.critique.state.SavedHeader;
import dev.touchstone.schemas.kafka.DeadLetters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came in, kept until its critiques are there; row of the store of origins.
 *
 * @param kind pair or completion
 * @param id its id
 * @param topic where it is from
 * @param partition where it is from
 * @param offset where it is from
 * @param key original bytes of the key
 * @param value original bytes of the value
 * @param headers original headers
 * @param seenAt when it came in, epoch milliseconds, wall-clock
 * @param deadline from when on nobody waits for a critique, epoch milliseconds; null for never
 * @param samples critiques that were asked for per text, at least 1; the setting may change while the record waits
 */
@SuppressWarnings("ArrayRecordComponent") // a row of a store: never compared
public record Origin(
        Kind kind,
        String id,
        String topic,
        int partition,
        long offset,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<SavedHeader> headers,
        long seenAt,
        @Nullable Long deadline,
        int samples) {
    /** What came in. */
    public enum Kind {
        /** A preference pair: two texts. */
        PAIR,
        /** A completion: one text. */
        COMPLETION
    }

    static String storeKey(Kind kind, String id) {
        return kind + "/" + id;
    }

    String storeKey() {
        return storeKey(kind, id);
    }

    DeadLetters.Origin position() {
        return new DeadLetters.Origin(topic, partition, offset);
    }

    boolean lateAt(long nowMs) {
        return deadline != null && deadline <= nowMs;
    }
}
