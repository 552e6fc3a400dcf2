package dev.touchstone.trainer;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.OffsetRange;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.report.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** One model on topics of its own: pairs in, trainers started and ended in every way, and what they published. */
final class Bench {
    final KafkaSettings kafka = TestCluster.shared().settings();
    final TopicCatalogue topics;
    final TrainerSettings settings;

    Bench(String prefix, Path folder) {
        this(prefix, folder, 4);
    }

    /** @param checkpointBatches micro-batches between two checkpoints */
    Bench(String prefix, Path folder, int checkpointBatches) {
        topics = TestCluster.shared().topics(prefix);
        TrainerSettings d = TrainerSettings.defaults(prefix, "m", folder, LearnerConfig.defaults(11));
        settings = new TrainerSettings(
                prefix,
                d.modelId(),
                folder,
                d.learner(),
                d.compute(),
                8,
                d.batchTokens(),
                Duration.ofMillis(500),
                Duration.ofSeconds(checkpointBatches / 2),
                checkpointBatches,
                3,
                Duration.ofMinutes(2));
    }

    /** A trainer in a thread of its own. */
    static final class Running {
        final Trainer trainer;
        final Thread thread;
        final CompletableFuture<Throwable> end = new CompletableFuture<>();

        Running(Trainer trainer) {
            this.trainer = trainer;
            thread = new Thread(() -> {
                try {
                    trainer.run();
                    end.complete(null);
                } catch (Throwable e) {
                    end.complete(e);
                }
            });
            thread.start();
        }

        /** Ends it as a signal would, and fails if it did not end well. */
        void stop() throws InterruptedException {
            trainer.stop();
            thread.join(120_000);
            Throwable failure = end.getNow(new IllegalStateException("It did not end"));
            if (failure != null) {
                throw new IllegalStateException("The trainer did not end well", failure);
            }
        }

        /** Ends it with nothing published. */
        void kill() throws InterruptedException {
            thread.interrupt();
            thread.join(120_000);
        }
    }

    Running start() {
        return new Running(new Trainer(kafka, settings, Clock.systemUTC(), new SimpleMeterRegistry()));
    }

    /** A trainer that is told of every report. */
    Running start(MeterRegistry meters, Reports.Destination destination) {
        Reports reports = new Reports(List.of(destination));
        return new Running(new Trainer(kafka, settings, Clock.systemUTC(), meters, reports));
    }

    /** Sends pairs in transactions of ten, so that markers stand between them. */
    void send(List<CritiquedPair> pairs) throws ExecutionException, InterruptedException {
        Map<String, Object> config = kafka.byteProducer();
        config.put("transactional.id", "test-" + topics.critiquedPairs().name());
        String topic = topics.critiquedPairs().name();
        var serializer = kafka.valueSerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
            producer.initTransactions();
            for (int i = 0; i < pairs.size(); i += 10) {
                producer.beginTransaction();
                for (CritiquedPair pair : pairs.subList(i, Math.min(i + 10, pairs.size()))) {
                    byte[] key = pair.getPair().getPairId().toString().getBytes(StandardCharsets.UTF_8);
                    producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, pair)))
                            .get();
                }
                producer.commitTransaction();
            }
        }
    }

    List<CheckpointManifest> manifests() {
        return Records.readAll(kafka, topics.checkpoints().name(), CheckpointManifest.class);
    }

    List<LedgerEntry> ledger() {
        return Records.readAll(kafka, topics.trainingLedger().name(), LedgerEntry.class);
    }

    CheckpointManifest newest() {
        List<CheckpointManifest> all = manifests();
        return all.get(all.size() - 1);
    }

    /** Whether so many records have been consumed by what is published. */
    boolean published(long records) {
        return ledger().stream()
                        .mapToLong(e -> e.getTrainedPairs() + e.getHeldOutPairs() + e.getSkippedPairs())
                        .sum()
                >= records;
    }

    /** Follows the ledger's ranges; fails at a gap or an overlap. */
    Map<Integer, Long> nextOffsets(List<LedgerEntry> ledger) {
        Map<Integer, Long> next = new HashMap<>();
        for (LedgerEntry entry : ledger) {
            for (OffsetRange range : entry.getRanges()) {
                long from = next.getOrDefault(range.getPartition(), 0L);
                if (range.getFrom() != from) {
                    throw new AssertionError("Partition " + range.getPartition() + " goes on at " + from
                            + ", but micro-batch " + entry.getBatch() + " begins at " + range.getFrom());
                }
                next.put(range.getPartition(), range.getNext());
            }
        }
        return next;
    }

    /** Committed offsets of the trainer's group by partition. */
    Map<Integer, Long> committed() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka.client())) {
            Map<Integer, Long> offsets = new HashMap<>();
            admin.listConsumerGroupOffsets(settings.transactionalId())
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
            return offsets;
        }
    }
}
