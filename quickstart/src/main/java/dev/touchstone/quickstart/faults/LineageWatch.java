package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.PartitionOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Thread-safe. Counts the manifests that are committed, and what they have consumed. */
final class LineageWatch implements AutoCloseable {
    private final TopicWatch watch;
    private final RecordDecoder<CheckpointManifest> decoder;

    private final Map<String, Seen> models = new HashMap<>();
    private final List<Double> recoveries = new ArrayList<>();
    private long killedAt;

    /** What was seen of a model: offsets of its newest manifest, all partitions together, and how many versions. */
    private record Seen(long consumed, int versions) {}

    LineageWatch(KafkaSettings settings, TopicCatalogue topics) {
        decoder = settings.decoder(CheckpointManifest.class);
        watch = new TopicWatch(settings, Stream.of(topics.checkpoints()), this::take);
        watch.start();
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
        watch.close();
    }

    private Seen seen(String model) {
        watch.throwIfFailed();
        return models.getOrDefault(model, new Seen(0, 0));
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
