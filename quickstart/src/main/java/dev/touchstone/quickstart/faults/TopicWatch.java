package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Thread-safe. A thread of its own reads what is committed on topics, from their beginning. */
final class TopicWatch implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Consumer<ConsumerRecord<byte[], byte[]>> taker;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable KafkaException failure;

    /** @param taker takes every record, on that thread */
    TopicWatch(KafkaSettings settings, Stream<Topic> topics, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        this.taker = taker;
        consumer = new KafkaConsumer<>(settings.byteConsumer());
        partitions = topics.flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread = new Thread(this::run, "topic-watch");
        thread.setDaemon(true);
    }

    /** Begins to read. */
    void start() {
        thread.start();
    }

    List<TopicPartition> partitions() {
        return partitions;
    }

    /** @throws KafkaException if reading has failed */
    void throwIfFailed() {
        KafkaException error = failure;
        if (error != null) {
            throw error;
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                consumer.poll(Duration.ofMillis(100)).forEach(taker);
            }
        } catch (KafkaException e) {
            failure = e;
        }
    }
}
