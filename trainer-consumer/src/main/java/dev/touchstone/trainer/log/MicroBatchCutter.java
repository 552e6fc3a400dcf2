package dev.touchstone.trainer.log;

import dev.touchstone.schemas.v1.BatchCut;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Immutable and pure. Cuts micro-batches out of what has been fetched: one record of each partition in turn, in the order of
 * the partitions, until the batch is full. A full cut never depends on how the fetches fell: it waits for a partition that
 * has more to give, so that the cuts of a finished log follow from the log alone.
 */
public final class MicroBatchCutter {
    private final int maxPairs;
    private final int maxTokens;

    /**
     * @param maxPairs most records of a micro-batch, at least 1
     * @param maxTokens most tokens of a micro-batch; a single record may exceed it
     */
    public MicroBatchCutter(int maxPairs, int maxTokens) {
        if (maxPairs < 1 || maxTokens < 1) {
            throw new IllegalArgumentException("A micro-batch holds at least one pair and one token.");
        }
        this.maxPairs = maxPairs;
        this.maxTokens = maxTokens;
    }

    /**
     * A full micro-batch, if there is enough for one.
     *
     * @param backlogs every partition, ascending
     */
    public Optional<Cut> full(List<Backlog> backlogs) {
        Walk walk = walk(backlogs, false);
        return walk.full ? Optional.of(cut(backlogs, walk.taken, BatchCut.FULL)) : Optional.empty();
    }

    /**
     * What there is, at most a full micro-batch, because nothing more came for a while; empty if there are no records.
     *
     * @param backlogs every partition, ascending
     */
    public Optional<Cut> idle(List<Backlog> backlogs) {
        if (backlogs.stream().allMatch(b -> b.items().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(cut(backlogs, walk(backlogs, true).taken, BatchCut.IDLE));
    }

    /**
     * What is left at the end of a finished log: everything of it is fetched, and it is less than a full micro-batch. Empty if
     * there are no records, or the end is not reached.
     *
     * @param backlogs every partition, ascending
     */
    public Optional<Cut> rest(List<Backlog> backlogs) {
        boolean allFetched = backlogs.stream().allMatch(Backlog::atEnd);
        return allFetched && !walk(backlogs, false).full ? idle(backlogs) : Optional.empty();
    }

    private static final class Walk {
        final int[] taken;
        int pairs;
        long tokens;
        boolean full;

        Walk(int partitions) {
            taken = new int[partitions];
        }
    }

    private Walk walk(List<Backlog> backlogs, boolean passOverMissing) {
        Walk walk = new Walk(backlogs.size());
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int i = 0; i < backlogs.size(); i++) {
                Backlog backlog = backlogs.get(i);
                if (walk.taken[i] == backlog.items().size()) {
                    if (!backlog.atEnd() && !passOverMissing) {
                        return walk;
                    }
                    continue;
                }
                int tokens = backlog.items().get(walk.taken[i]).tokens();
                if (walk.pairs > 0 && walk.tokens + tokens > maxTokens) {
                    walk.full = true;
                    return walk;
                }
                walk.taken[i]++;
                walk.pairs++;
                walk.tokens += tokens;
                progress = true;
                if (walk.pairs == maxPairs) {
                    walk.full = true;
                    return walk;
                }
            }
        }
        return walk;
    }

    private static Cut cut(List<Backlog> backlogs, int[] taken, BatchCut reason) {
        List<Range> ranges = new ArrayList<>();
        List<LogItem> items = new ArrayList<>();
        for (int i = 0; i < taken.length; i++) {
            Backlog backlog = backlogs.get(i);
            List<LogItem> mine = backlog.items().subList(0, taken[i]);
            items.addAll(mine);
            boolean everything = taken[i] == backlog.items().size();
            long next = backlog.from();
            if (everything && reason == BatchCut.IDLE) {
                next = backlog.position(); // takes transaction markers along, so that a quiet log has no lag
            } else if (!mine.isEmpty()) {
                next = mine.get(mine.size() - 1).offset() + 1;
            }
            if (next > backlog.from()) {
                ranges.add(new Range(backlog.partition(), backlog.from(), next));
            }
        }
        return new Cut(ranges, items, reason);
    }
}
