package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.PartitionOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Thread-safe: a thread of its own reads the manifests that are committed; any other may ask. */
final class LineageWatch implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RecordDecoder<CheckpointManifest> decoder;
    private final Thread thread;
    private volatile boolean closed;

    private final Map<String, Seen> models = new HashMap<>();
    private final List<Double> recoveries = new ArrayList<>();
    private long killedAt;
    private @Nullable RuntimeException failure;

    /** What was seen of a model: offsets of its newest manifest, all partitions together, and how many versions. */
    private record Seen(long consumed, int versions) {}

    LineageWatch(KafkaSettings settings, TopicCatalogue topics) {
        consumer = new KafkaConsumer<>(settings.byteConsumer());
        decoder = settings.decoder(CheckpointManifest.class);
        List<TopicPartition> partitions = consumer
                .partitionsFor(topics.checkpoints().name())
                .stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread = new Thread(this::run, "lineage-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many records of the log the newest version of a model has consumed. */
    synchronized long consumed(String model) {
        return seen(model).consumed();
    }

    /** How many versions of a model were published. */
    synchronized int versions(String model) {
        return seen(model).versions();
    }

    /** Seconds from each kill to the next version that was published after it. */
    synchronized List<Double> recoveries() {
        return List.copyOf(recoveries);
    }

    /** The trainer is dead now. */
    synchronized void killed() {
        killedAt = System.nanoTime();
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

    private Seen seen(String model) {
        if (failure != null) {
            throw failure;
        }
        return models.getOrDefault(model, new Seen(0, 0));
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                consumer.poll(Duration.ofMillis(100)).forEach(this::take);
            }
        } catch (KafkaException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (decoder.decode(record.topic(), record.value()) instanceof Decoded.Valid<CheckpointManifest> valid
                && valid.value().getRetiredAt() == null) {
            take(valid.value());
        }
    }

    private synchronized void take(CheckpointManifest manifest) {
        // Offsets of the log are records of it: it is not fed in transactions.
        long consumed = manifest.getOffsets().stream()
                .mapToLong(PartitionOffset::getNextOffset)
                .sum();
        models.merge(
                manifest.getModelId(),
                new Seen(consumed, 1),
                (before, now) -> new Seen(now.consumed(), before.versions() + 1));
        if (killedAt != 0) {
            recoveries.add((System.nanoTime() - killedAt) / 1e9);
            killedAt = 0;
        }
    }
}
