package dev.touchstone.critique.topology;

/**
 * Who waits for a critique: one side of an origin, and where the origin's row lives. Results go back to the partition of the
 * task that keeps the row, however a foreign producer may have chosen it.
 *
 * @param kind pair or completion
 * @param id id of the origin
 * @param side which text of the origin
 * @param sample number of the critique among those of the same text, from 0
 * @param partition the task's partition
 * @param offset the origin's offset: tells a record from an earlier one with the same id that was given up
 */
public record OriginRef(Origin.Kind kind, String id, Side side, int sample, int partition, long offset) {
    /** Which text. */
    public enum Side {
        /** The chosen side of a pair. */
        CHOSEN,
        /** The rejected side of a pair. */
        REJECTED,
        /** The text of a completion. */
        ONLY
    }

    static OriginRef of(Origin origin, Side side, int sample, int partition) {
        return new OriginRef(origin.kind(), origin.id(), side, sample, partition, origin.offset());
    }

    String originKey() {
        return Origin.storeKey(kind, id);
    }

    /** Identity among all waiters. */
    String waiterId() {
        return originKey() + "/" + side + "/" + sample + "/" + offset;
    }
}
