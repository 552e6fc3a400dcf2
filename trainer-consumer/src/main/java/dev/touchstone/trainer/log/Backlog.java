package dev.touchstone.trainer.log;

import java.util.List;

/**
 * What has been fetched of one partition and not been consumed.
 *
 * @param partition the partition
 * @param from the first offset that has not been consumed
 * @param position the first offset that has not been fetched; behind the last item, and behind transaction markers
 * @param atEnd whether the broker had nothing more when it was last asked
 * @param items the records between, by offset
 */
public record Backlog(int partition, long from, long position, boolean atEnd, List<LogItem> items) {
    /**
     * The same as if the partition ended before an offset.
     *
     * @param end the first offset that does not belong to it
     */
    public Backlog upTo(long end) {
        return new Backlog(
                partition,
                from,
                Math.max(from, Math.min(position, end)),
                position >= end,
                items.stream().filter(item -> item.offset() < end).toList());
    }
}
