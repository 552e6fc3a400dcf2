package dev.touchstone.trainer.log;

import dev.touchstone.schemas.v1.OffsetRange;

/**
 * A half-open range of offsets of one partition of the log.
 *
 * @param partition the partition
 * @param from its first offset
 * @param next the first offset after it
 */
public record Range(int partition, long from, long next) {
    /** Checks the order. */
    public Range {
        if (from < 0 || next <= from) {
            throw new IllegalArgumentException("A range from " + from + " to " + next + " holds nothing.");
        }
    }

    /** As it stands in the ledger. */
    public OffsetRange toRecord(String topic) {
        return new OffsetRange(topic, partition, from, next);
    }

    /** Out of the ledger. */
    public static Range of(OffsetRange range) {
        return new Range(range.getPartition(), range.getFrom(), range.getNext());
    }
}
