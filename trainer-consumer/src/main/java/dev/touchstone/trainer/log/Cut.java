package dev.touchstone.trainer.log;

import dev.touchstone.schemas.v1.BatchCut;
import dev.touchstone.trainer.learn.Example;
import dev.touchstone.trainer.learn.MicroBatch;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A micro-batch cut out of the log.
 *
 * @param ranges what it consumed, by partition
 * @param items its records, by partition, then offset
 * @param reason why it ends where it does
 */
public record Cut(List<Range> ranges, List<LogItem> items, BatchCut reason) {
    /** Copies the lists. */
    public Cut {
        ranges = List.copyOf(ranges);
        items = List.copyOf(items);
    }

    /** What the learner sees of it. */
    public MicroBatch microBatch() {
        List<Example> examples = new ArrayList<>();
        for (LogItem item : items) {
            if (item instanceof LogItem.Usable usable) {
                examples.add(usable.example());
            }
        }
        return new MicroBatch(examples, items.size() - examples.size());
    }

    /** Where its usable records come from, as their headers say. */
    public List<SpanContext> traces() {
        return items.stream()
                .filter(LogItem.Usable.class::isInstance)
                .map(item -> ((LogItem.Usable) item).trace())
                .toList();
    }

    /** Its records that are dead. */
    public List<LogItem.Dead> dead() {
        List<LogItem.Dead> dead = new ArrayList<>();
        for (LogItem item : items) {
            if (item instanceof LogItem.Dead d) {
                dead.add(d);
            }
        }
        return dead;
    }
}
