package dev.touchstone.trainer.log;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.BatchCut;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Not thread-safe. The log of critiqued pairs: all partitions
 * assigned, read committed, fetched ahead a little and consumed by cuts.
 */
public final class PairLog implements AutoCloseable {
    /** A partition with as many records waiting is not fetched any further. */
    private static final int ENOUGH = 256;

    private final String topic;
    private final PairReader reader;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<Integer, Deque<LogItem>> waiting = new TreeMap<>();
    private final Map<Integer, Long> next = new TreeMap<>();

    /**
     * @param settings how to reach Kafka
     * @param topic the log's name
     * @param reader makes items of its records
     */
    public PairLog(KafkaSettings settings, String topic, PairReader reader) {
        this.topic = topic;
        this.reader = reader;
        Map<String, Object> config = settings.byteConsumer();
        // An offset that is gone must stop the trainer, not move it.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "64");
        this.consumer = new KafkaConsumer<>(config);
    }

    /**
     * Takes all partitions and goes to where reading goes on.
     *
     * @param offsets next offset by partition; a partition that is not named is read from its beginning
     * @throws UserError if the topic is missing, or does not hold these offsets any more
     */
    public void open(Map<Integer, Long> offsets) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new UserError("The topic " + topic + " does not exist: create the topics with ./touchstone topics.");
        }
        List<TopicPartition> partitions = infos.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long begin = begins.getOrDefault(partition, 0L);
            long from = offsets.getOrDefault(partition.partition(), begin);
            if (from < begin) {
                throw gone(partition.partition(), from);
            }
            if (from > ends.getOrDefault(partition, 0L)) {
                throw new UserError(
                        "Partition " + partition.partition() + " of " + topic + " ends before offset " + from
                                + ", up to which the model has learnt: the topic was made anew, so begin a new model with another"
                                + " touchstone.model-id.");
            }
            consumer.seek(partition, from);
            next.put(partition.partition(), from);
            waiting.put(partition.partition(), new ArrayDeque<>());
        }
    }

    /**
     * Fetches what is there.
     *
     * @param patience how long to wait if nothing is
     * @return whether anything came
     * @throws UserError if the log was cut off at its beginning while it was read
     */
    public boolean fetch(Duration patience) {
        waiting.forEach((partition, items) -> {
            Collection<TopicPartition> self = Collections.singleton(new TopicPartition(topic, partition));
            if (items.size() >= ENOUGH) {
                consumer.pause(self);
            } else {
                consumer.resume(self);
            }
        });
        boolean any = false;
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
                waitingIn(record.partition()).add(reader.read(record));
                any = true;
            }
        } catch (OffsetOutOfRangeException e) {
            Map.Entry<TopicPartition, Long> lost =
                    e.offsetOutOfRangePartitions().entrySet().iterator().next();
            throw gone(lost.getKey().partition(), lost.getValue());
        } catch (NoOffsetForPartitionException e) {
            int lost = e.partitions().iterator().next().partition();
            throw gone(lost, nextOf(lost));
        }
        return any;
    }

    /** What has been fetched and not been consumed, by partition, ascending. */
    public List<Backlog> backlogs() {
        List<Backlog> backlogs = new ArrayList<>();
        waiting.forEach((partition, items) -> {
            TopicPartition self = new TopicPartition(topic, partition);
            boolean atEnd = consumer.currentLag(self).orElse(1) == 0;
            backlogs.add(new Backlog(partition, nextOf(partition), consumer.position(self), atEnd, List.copyOf(items)));
        });
        return backlogs;
    }

    /** How many records are fetched and not consumed. */
    public int buffered() {
        return waiting.values().stream().mapToInt(Deque::size).sum();
    }

    /** Records, transaction markers among them, that the log holds and that are not consumed, as far as is known. */
    public long lag() {
        return backlogs().stream()
                .mapToLong(b -> b.position()
                        - b.from()
                        + consumer.currentLag(new TopicPartition(topic, b.partition()))
                                .orElse(0))
                .sum();
    }

    /** Consumes a cut that was made of the present {@link #backlogs}. */
    public void consume(Cut cut) {
        cut.ranges().forEach(this::take);
    }

    /**
     * Consumes recorded ranges, fetching until they are complete.
     *
     * @param reason why they were cut so
     * @throws IllegalStateException if a range does not begin where its partition goes on, or the log does not hold it
     */
    public Cut consumeRecorded(List<Range> ranges, BatchCut reason, Duration patience) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        List<LogItem> items = new ArrayList<>();
        for (Range range : ranges) {
            if (range.from() != nextOf(range.partition())) {
                throw new IllegalStateException("The ledger leaves a gap or overlaps: partition " + range.partition()
                        + " goes on at " + nextOf(range.partition()) + ", the entry begins at " + range.from() + ".");
            }
            TopicPartition self = new TopicPartition(topic, range.partition());
            while (!holds(range) && consumer.position(self) < range.next()) {
                if (System.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("Partition " + range.partition() + " of " + topic
                            + " does not reach offset " + range.next() + ".");
                }
                fetch(Duration.ofMillis(200));
            }
            items.addAll(take(range));
        }
        return new Cut(ranges, items, reason);
    }

    /** The group that the offsets belong to, if the settings name one by {@code group.id}. */
    public ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    /** The first offset of each partition that has not been consumed. */
    public Map<Integer, Long> offsets() {
        return Map.copyOf(next);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private boolean holds(Range range) {
        Deque<LogItem> items = waitingIn(range.partition());
        return !items.isEmpty() && items.getLast().offset() + 1 >= range.next();
    }

    private List<LogItem> take(Range range) {
        List<LogItem> taken = new ArrayList<>();
        Deque<LogItem> items = waitingIn(range.partition());
        while (!items.isEmpty() && items.getFirst().offset() < range.next()) {
            taken.add(items.removeFirst());
        }
        next.put(range.partition(), range.next());
        return taken;
    }

    private Deque<LogItem> waitingIn(int partition) {
        Deque<LogItem> items = waiting.get(partition);
        if (items == null) {
            throw new IllegalStateException("Partition " + partition + " of " + topic + " is not assigned.");
        }
        return items;
    }

    private long nextOf(int partition) {
        return next.getOrDefault(partition, 0L);
    }

    private UserError gone(int partition, long offset) {
        return new UserError("Offset " + offset + " of partition " + partition + " of " + topic
                + ", where the model goes on, is no longer on the broker: keep the log longer (retention.ms=-1), and begin a"
                + " new model with another touchstone.model-id.");
    }
}
