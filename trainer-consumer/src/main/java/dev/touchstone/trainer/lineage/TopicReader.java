package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads a small topic from its beginning to its end. */
public final class TopicReader {
    private TopicReader() {}

    /**
     * Hands over every committed record that is on the broker now, in order within a partition.
     *
     * <p>The end is the end of the log and not of what is committed: another model's open transaction on the same topic
     * would hide records of ours that are committed behind it. It is waited for.
     *
     * @throws IllegalStateException if the end is not reached in time
     */
    public static void readToEnd(
            KafkaSettings settings, String topic, Duration patience, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteReader())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = ends(settings, partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                if (System.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("The end of " + topic + " was not reached within " + patience
                            + ": does a transaction hang open on it?");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(each);
            }
        }
    }

    private static Map<TopicPartition, Long> ends(KafkaSettings settings, List<TopicPartition> partitions) {
        Map<String, Object> config = settings.byteConsumer();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            consumer.assign(partitions); // else the client warns of answers for partitions that are not its own
            return consumer.endOffsets(partitions);
        }
    }
}
