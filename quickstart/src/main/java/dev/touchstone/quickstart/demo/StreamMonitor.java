package dev.touchstone.quickstart.demo;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.TrainingMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe: a thread of its own reads every topic from the beginning and counts; {@link #figures()} may be asked by any
 * other.
 */
public final class StreamMonitor implements AutoCloseable {
    private final TopicCatalogue topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RecordDecoder<LedgerEntry> ledger;
    private final RecordDecoder<TrainingMetrics> metrics;
    private final long startedAt;
    private final Thread thread;
    private volatile boolean closed;

    private final Map<String, Long> counts = new HashMap<>();
    private final Set<String> versions = new HashSet<>();
    private final Set<String> rewarded = new HashSet<>();
    private long trained;
    private long heldOut;
    private @Nullable TrainingMetrics newest;
    private @Nullable Double secondsToFirstReward;
    private @Nullable RuntimeException failure;

    /** @param startedAt {@link System#nanoTime()} from which seconds count */
    public StreamMonitor(KafkaSettings settings, TopicCatalogue topics, long startedAt) {
        this.topics = topics;
        this.startedAt = startedAt;
        ledger = settings.decoder(LedgerEntry.class);
        metrics = settings.decoder(TrainingMetrics.class);
        consumer = new KafkaConsumer<>(settings.byteConsumer());
        List<TopicPartition> partitions = topics.all().stream()
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread = new Thread(this::run, "stream-monitor");
        thread.setDaemon(true);
        thread.start();
    }

    /** What has been counted so far. */
    public synchronized Figures figures() {
        if (failure != null) {
            throw failure;
        }
        return new Figures(
                count(topics.pairs()),
                count(topics.critiquedPairs()),
                trained,
                heldOut,
                count(topics.completions()),
                count(topics.rewards()),
                rewarded.size(),
                count(topics.deadLetters()),
                versions.size(),
                newest == null ? null : newest.getPrequentialAccuracy(),
                newest == null ? null : newest.getHeldOutAccuracy(),
                newest == null ? null : newest.getHeldOutAccuracyWithoutCritique(),
                newest == null ? null : newest.getHeldOutLengthAccuracy(),
                secondsToFirstReward,
                elapsed());
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    take(record);
                }
            }
        } catch (WakeupException e) {
            // close() woke us.
        } catch (KafkaException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private synchronized void take(ConsumerRecord<byte[], byte[]> record) {
        String topic = record.topic();
        counts.merge(topic, 1L, Long::sum);
        if (topic.equals(topics.checkpoints().name())) {
            versions.add(new String(
                    record.key(), StandardCharsets.UTF_8)); // a manifest is published again when it is retired
        } else if (topic.equals(topics.rewards().name())) {
            rewarded.add(new String(record.key(), StandardCharsets.UTF_8));
            if (secondsToFirstReward == null) {
                secondsToFirstReward = elapsed();
            }
        } else if (topic.equals(topics.trainingLedger().name())
                && ledger.decode(topic, record.value()) instanceof Decoded.Valid<LedgerEntry> entry) {
            trained += entry.value().getTrainedPairs();
            heldOut += entry.value().getHeldOutPairs();
        } else if (topic.equals(topics.trainingMetrics().name())
                && metrics.decode(topic, record.value()) instanceof Decoded.Valid<TrainingMetrics> figures) {
            newest = figures.value();
        }
    }

    private long count(TopicCatalogue.Topic topic) {
        return counts.getOrDefault(topic.name(), 0L);
    }

    private double elapsed() {
        return Math.round((System.nanoTime() - startedAt) / 1e7) / 100.0;
    }
}
