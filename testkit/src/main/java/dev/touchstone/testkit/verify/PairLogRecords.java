package dev.touchstone.testkit.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Confined to one thread. Where the records of the trainers' log lie. */
final class PairLogRecords {
    private final Map<Integer, List<Long>> offsets = new HashMap<>();

    void take(ConsumerRecord<?, ?> record) {
        offsets.computeIfAbsent(record.partition(), first -> new ArrayList<>()).add(record.offset());
    }

    /** How many records lie in a range. */
    long count(ModelRecords.Range range) {
        List<Long> ofPartition = offsets.getOrDefault(range.partition(), List.of());
        return (long) before(ofPartition, range.next()) - before(ofPartition, range.from());
    }

    private static int before(List<Long> sorted, long offset) {
        int found = Collections.binarySearch(sorted, offset);
        return found >= 0 ? found : -found - 1;
    }
}
