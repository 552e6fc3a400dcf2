package dev.touchstone.testkit.verify;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Confined to one thread. What topics still had when reading began: retention deletes the oldest records. */
final class Retained {
    private final Map<TopicPartition, Long> beginnings;
    private final Map<String, Long> oldest = new HashMap<>();

    /** @param beginnings first offset of each partition */
    Retained(Map<TopicPartition, Long> beginnings) {
        this.beginnings = beginnings;
    }

    void take(ConsumerRecord<?, ?> record) {
        oldest.merge(record.topic(), record.timestamp(), Math::min);
    }

    /** Whether nothing of a topic has been deleted. */
    boolean whole(String topic) {
        return beginnings.entrySet().stream()
                .noneMatch(entry -> entry.getKey().topic().equals(topic) && entry.getValue() > 0);
    }

    /** Whether a position lies before what is left. */
    boolean deleted(Position position) {
        return position.offset()
                < beginnings.getOrDefault(new TopicPartition(position.topic(), position.partition()), 0L);
    }

    /** Whether a topic may have had records of a time, epoch milliseconds, that are deleted now. */
    boolean mayLack(String topic, long time) {
        return !whole(topic) && time < oldest.getOrDefault(topic, Long.MAX_VALUE);
    }
}
