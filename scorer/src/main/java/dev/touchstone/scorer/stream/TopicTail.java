package dev.touchstone.scorer.stream;

import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread calls {@link #run}, which calls the handler; {@link #close} may be called by any thread. Reads committed
 * records of topics outside of any consumer group, from the beginning or from near the end, and goes on reading.
 */
public final class TopicTail implements Runnable, AutoCloseable {
    /** For {@code last}: every record from the beginning. */
    public static final long ALL = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Long> topics;
    private final Handler handler;
    private volatile boolean closed;

    /** What is done with the records. */
    public interface Handler {
        /** A record, in the order of its partition. An exception that blames the registry has the record handed over again. */
        void record(ConsumerRecord<byte[], byte[]> record);

        /** Called after every poll once all that was there at the start has been handed over. */
        default void caughtUp() {}
    }

    /**
     * @param settings how to reach Kafka
     * @param topics names of topics, and how many offsets before the end of each partition to begin
     * @param handler what is done with the records
     */
    public TopicTail(KafkaSettings settings, Map<String, Long> topics, Handler handler) {
        this.topics = Map.copyOf(topics);
        this.handler = handler;
        Map<String, Object> config = settings.byteConsumer();
        config.remove("group.id");
        consumer = new KafkaConsumer<>(config);
    }

    @Override
    public void run() {
        try (consumer) {
            Map<TopicPartition, Long> ends = begin();
            boolean caughtUp = false;
            while (!closed) {
                consumer.poll(POLL).forEach(this::handle);
                caughtUp = caughtUp
                        || ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                if (caughtUp && !closed) {
                    handler.caughtUp();
                }
            }
        } catch (WakeupException e) {
            LOG.debug("Reading {} has ended", topics.keySet());
        }
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
    }

    private Map<TopicPartition, Long> begin() {
        List<TopicPartition> partitions = topics.keySet().stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long last = topics.getOrDefault(partition.topic(), ALL);
            long begin = begins.getOrDefault(partition, 0L);
            consumer.seek(partition, Math.max(begin, ends.getOrDefault(partition, begin) - last));
        }
        return ends;
    }

    private void handle(ConsumerRecord<byte[], byte[]> record) {
        while (!closed) {
            try {
                handler.record(record);
                return;
            } catch (RegistryUnavailableException | SerializationException e) {
                LOG.warn("Reading {} waits. {}", record.topic(), e.getMessage());
            }
        }
    }
}
