package dev.touchstone.quickstart.topic;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Confined to one thread. The records that lie on a topic when it is made, and none that come later; first from the topic's beginning. */
public final class TopicUpToNow {
    private static final Duration STALL = Duration.ofSeconds(60);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaSettings settings;
    private final String what;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> ends;
    private long begin;
    private long before;
    private long movedAt;

    /**
     * Assigns the topic to the consumer.
     *
     * @param topic exists
     * @param what a record of it is, for a person
     */
    public TopicUpToNow(KafkaConsumer<byte[], byte[]> consumer, KafkaSettings settings, String topic, String what) {
        this.consumer = consumer;
        this.settings = settings;
        this.what = what;
        partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        ends = consumer.endOffsets(partitions);
        consumer.seekToBeginning(partitions);
        begin();
    }

    /** All of the topic. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    /** The first offset of a partition that is not read. */
    public long end(TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    /** Its end as {@code --until} and {@code touchstone.begin-from} take it, such as 0:120,1:98. */
    public String end() {
        return ends.entrySet().stream()
                .sorted(Comparator.comparingInt(end -> end.getKey().partition()))
                .map(end -> end.getKey().partition() + ":" + end.getValue())
                .collect(Collectors.joining(","));
    }

    /** Begins at these offsets instead, one for each partition. */
    public void from(Map<TopicPartition, Long> offsets) {
        offsets.forEach(consumer::seek);
        begin();
    }

    /** Whether there is more to read. */
    public boolean hasNext() {
        return partitions.stream().anyMatch(partition -> consumer.position(partition) < end(partition));
    }

    /**
     * The records that came next; none if none came at once.
     *
     * @throws UserError if nothing came for a minute
     */
    public List<ConsumerRecord<byte[], byte[]>> next() {
        List<ConsumerRecord<byte[], byte[]>> next = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            if (record.offset() < end(new TopicPartition(record.topic(), record.partition()))) {
                next.add(record);
            }
        }
        long now = passed();
        if (now > before) {
            before = now;
            movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
            throw new UserError("No " + what + " came for " + STALL.toSeconds() + " s: see whether the brokers at "
                    + settings.bootstrapServers() + " are well, and run the same again.");
        }
        return next;
    }

    /** Offsets passed so far. */
    public long done() {
        return passed() - begin;
    }

    /** Offsets in all. */
    public long total() {
        return ends.values().stream().mapToLong(Long::longValue).sum() - begin;
    }

    private void begin() {
        begin = passed();
        before = begin;
        movedAt = System.nanoTime();
    }

    private long passed() {
        return partitions.stream().mapToLong(consumer::position).sum();
    }
}
