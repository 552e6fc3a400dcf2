package dev.touchstone.testkit.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Confined to one thread. Where the records of the trainers' log lie, and which of them are no pairs. */
final class PairLogRecords {
    private final ValueReader reader;
    private final Map<Integer, List<Long>> offsets = new HashMap<>();
    private final Map<Position, Fingerprint> bytes = new HashMap<>();
    private final Set<Position> unreadable = new LinkedHashSet<>();

    PairLogRecords(ValueReader reader) {
        this.reader = reader;
    }

    void take(ConsumerRecord<byte[], byte[]> record) {
        Position position = new Position(record.topic(), record.partition(), record.offset());
        offsets.computeIfAbsent(record.partition(), first -> new ArrayList<>()).add(record.offset());
        bytes.put(position, DeadLetter.bytes(record));
        if (reader.read(record.value()).isEmpty()) {
            unreadable.add(position);
        }
    }

    /** How many records lie in a range. */
    long count(ModelRecords.Range range) {
        List<Long> ofPartition = offsets.getOrDefault(range.partition(), List.of());
        return (long) before(ofPartition, range.next()) - before(ofPartition, range.from());
    }

    /** Whether there is a record, and a letter has its bytes. */
    boolean hasBytesOf(DeadLetter letter) {
        return letter.bytes().equals(bytes.get(letter.source()));
    }

    boolean holds(Position position) {
        return bytes.containsKey(position);
    }

    boolean isUnreadable(Position position) {
        return unreadable.contains(position);
    }

    /** Positions of what is no record of the topic. */
    Set<Position> unreadable() {
        return unreadable;
    }

    private static int before(List<Long> sorted, long offset) {
        int found = Collections.binarySearch(sorted, offset);
        return found >= 0 ? found : -found - 1;
    }
}
