package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Confined to one thread. Reads whole topics as they were at one moment, and then what has come since, again and again.
 *
 * <p>The ends are asked for against the direction of the stream, one topic after the other: what came out at its moment was
 * in before it, so that no output is read whose input is not.
 */
final class TopicReader implements AutoCloseable {
    private static final Duration STALL = Duration.ofSeconds(60);
    private final KafkaConsumer<byte[], byte[]> consumer;
    /** In the direction of the stream. */
    private final List<List<TopicPartition>> topics = new ArrayList<>();

    private final Set<TopicPartition> partitions = new HashSet<>();
    private final Map<String, Long> read = new TreeMap<>();
    private final Retained retained;

    /** @param names topics in the direction of the stream; they exist */
    TopicReader(KafkaSettings settings, List<String> names) {
        consumer = new KafkaConsumer<>(settings.byteReader());
        for (String name : names) {
            List<TopicPartition> found = consumer.partitionsFor(name).stream()
                    .map(info -> new TopicPartition(name, info.partition()))
                    .toList();
            topics.add(found);
            partitions.addAll(found);
            read.put(name, 0L);
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        retained = new Retained(consumer.beginningOffsets(partitions));
    }

    /** Records read so far, by topic. */
    Map<String, Long> read() {
        return Map.copyOf(read);
    }

    Retained retained() {
        return retained;
    }

    /** Hands on everything committed that was not read before. */
    void readOn(Consumer<ConsumerRecord<byte[], byte[]>> taker, Verifier.Progress progress) {
        Map<TopicPartition, Long> ends = ends();
        Set<TopicPartition> open = new HashSet<>(partitions);
        consumer.resume(partitions);
        long total = ends.values().stream().mapToLong(Long::longValue).sum();
        long movedAt = System.nanoTime();
        closeFinished(open, ends);
        progress.at(passed(), total);
        while (!open.isEmpty()) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(200));
            for (TopicPartition partition : polled.partitions()) {
                long end = ends.getOrDefault(partition, 0L);
                for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                    if (record.offset() >= end) {
                        consumer.seek(partition, end); // it belongs to the next time
                        break;
                    }
                    read.merge(record.topic(), 1L, Long::sum);
                    retained.take(record);
                    taker.accept(record);
                }
            }
            boolean moved = closeFinished(open, ends) || !polled.isEmpty();
            if (moved) {
                movedAt = System.nanoTime();
                progress.at(passed(), total);
            } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
                throw new IllegalStateException("Nothing came for " + STALL.toSeconds() + " s while reading " + open);
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    private long passed() {
        return partitions.stream().mapToLong(consumer::position).sum();
    }

    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (int i = topics.size() - 1; i >= 0; i--) {
            ends.putAll(consumer.endOffsets(topics.get(i)));
        }
        return ends;
    }

    /** Stops fetching where everything is read, so that nothing beyond comes; whether that was anywhere. */
    private boolean closeFinished(Set<TopicPartition> open, Map<TopicPartition, Long> ends) {
        List<TopicPartition> finished = open.stream()
                .filter(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L))
                .toList();
        consumer.pause(finished);
        return open.removeAll(finished);
    }
}
