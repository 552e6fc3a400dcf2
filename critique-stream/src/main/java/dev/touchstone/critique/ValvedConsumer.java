package dev.touchstone.critique;

import dev.touchstone.critique.state.Valve;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Stream thread only. A consumer that fetches nothing from partitions that a valve has shut. Kafka Streams pauses and resumes
 * partitions for reasons of its own; a partition is fetched from only if both agree.
 */
final class ValvedConsumer extends KafkaConsumer<byte[], byte[]> {
    private final Valve valve;
    /** What Kafka Streams wants paused. */
    private final Set<TopicPartition> pausedByStreams = new HashSet<>();

    ValvedConsumer(Map<String, Object> config, Valve valve) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.valve = valve;
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        pausedByStreams.addAll(partitions);
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        pausedByStreams.removeAll(Set.copyOf(partitions));
        super.resume(partitions.stream().filter(p -> !valve.isShut(p)).toList());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        Set<TopicPartition> assigned = assignment();
        pausedByStreams.retainAll(assigned);
        super.pause(assigned.stream().filter(valve::isShut).toList());
        super.resume(assigned.stream()
                .filter(p -> !valve.isShut(p) && !pausedByStreams.contains(p))
                .toList());
        return super.poll(timeout);
    }
}
