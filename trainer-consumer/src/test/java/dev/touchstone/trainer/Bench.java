package dev.touchstone.trainer;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.ModelAction;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.schemas.v1.OffsetRange;
import dev.touchstone.store.StoreSettings;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.gate.GateConfig;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.log.Place;
import dev.touchstone.trainer.report.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One model on topics of its own: pairs in, trainers started and ended in every way, and what they published. */
final class Bench {
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

    final KafkaSettings kafka = TestCluster.shared().settings();
    final TopicCatalogue topics;
    final TrainerSettings settings;

    Bench(String prefix, Path folder) {
        this(prefix, "m", folder, HALF_A_SECOND, StoreSettings.DIRECTORY, GateConfig.defaults(), 4);
    }

    Bench(String prefix, Path folder, LearnerConfig learner) {
        this(
                prefix,
                "m",
                folder,
                HALF_A_SECOND,
                StoreSettings.DIRECTORY,
                GateConfig.defaults(),
                4,
                learner,
                new Place.Beginning());
    }

    Bench(String prefix, Path folder, StoreSettings store) {
        this(prefix, "m", folder, HALF_A_SECOND, store, GateConfig.defaults(), 4);
    }

    Bench(String prefix, Path folder, GateConfig gate) {
        this(prefix, "m", folder, HALF_A_SECOND, StoreSettings.DIRECTORY, gate, 4);
    }

    /** A model of its own id beside another's on the same topics. */
    Bench(String prefix, String modelId, Path folder, Place begin) {
        this(
                prefix,
                modelId,
                folder,
                HALF_A_SECOND,
                StoreSettings.DIRECTORY,
                GateConfig.defaults(),
                4,
                LearnerConfig.defaults(11),
                begin);
    }

    /** @param idle 0 for no time cuts */
    Bench(String prefix, String modelId, Path folder, Duration idle) {
        this(prefix, modelId, folder, idle, StoreSettings.DIRECTORY, GateConfig.defaults(), 4);
    }

    /** @param checkpointBatches micro-batches between two checkpoints */
    Bench(String prefix, Path folder, int checkpointBatches) {
        this(prefix, "m", folder, HALF_A_SECOND, StoreSettings.DIRECTORY, GateConfig.defaults(), checkpointBatches);
    }

    private Bench(
            String prefix,
            String modelId,
            Path folder,
            Duration idle,
            StoreSettings store,
            GateConfig gate,
            int checkpointBatches) {
        this(
                prefix,
                modelId,
                folder,
                idle,
                store,
                gate,
                checkpointBatches,
                LearnerConfig.defaults(11),
                new Place.Beginning());
    }

    private Bench(
            String prefix,
            String modelId,
            Path folder,
            Duration idle,
            StoreSettings store,
            GateConfig gate,
            int checkpointBatches,
            LearnerConfig learner,
            Place begin) {
        topics = TestCluster.shared().topics(prefix);
        TrainerSettings d = TrainerSettings.defaults(prefix, modelId, folder, learner);
        settings = new TrainerSettings(
                prefix,
                d.modelId(),
                folder,
                store,
                d.learner(),
                begin,
                d.compute(),
                8,
                d.batchTokens(),
                idle,
                Duration.ofMillis(250L * checkpointBatches),
                checkpointBatches,
                3,
                1,
                Duration.ofMinutes(2),
                gate);
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

    /** Asks the trainer for something and returns the request's id. */
    UUID ask(ModelAction action, @Nullable String version, @Nullable String alias, @Nullable Instant expiresAt) {
        return ask(settings.modelId(), action, version, alias, expiresAt);
    }

    /** The same for any model. */
    UUID ask(
            String model,
            ModelAction action,
            @Nullable String version,
            @Nullable String alias,
            @Nullable Instant expiresAt) {
        ModelRequest request = ModelRequest.newBuilder()
                .setRequestId(UUID.randomUUID())
                .setModelId(model)
                .setAction(action)
                .setVersionId(version)
                .setAlias(alias)
                .setReason("A test asks.")
                .setRequestedBy("somebody")
                .setRequestedAt(Instant.now().truncatedTo(ChronoUnit.MICROS))
                .setExpiresAt(expiresAt)
                .build();
        Records.send(kafka, topics.modelRequests().name(), model, request);
        return request.getRequestId();
    }

    List<ModelAnswer> answers() {
        return Records.readAll(kafka, topics.modelAnswers().name(), ModelAnswer.class);
    }

    /** Every record of a name, oldest first; null where it was taken away. */
    List<@Nullable ModelAlias> aliases(String alias) {
        String topic = topics.models().name();
        List<@Nullable ModelAlias> values = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : Records.readAll(kafka, topic)) {
            if (new String(record.key(), StandardCharsets.UTF_8).equals(Aliases.key(settings.modelId(), alias))) {
                values.add(
                        record.value() == null
                                ? null
                                : ((Decoded.Valid<ModelAlias>)
                                                kafka.decoder(ModelAlias.class).decode(topic, record.value()))
                                        .value());
            }
        }
        return values;
    }

    /** The version that a name stands for now; null if there is none. */
    @Nullable
    String version(String alias) {
        List<@Nullable ModelAlias> all = aliases(alias);
        ModelAlias newest = all.isEmpty() ? null : all.get(all.size() - 1);
        return newest == null ? null : newest.getVersionId();
    }

    List<CheckpointManifest> manifests() {
        return Records.readAll(kafka, topics.checkpoints().name(), CheckpointManifest.class).stream()
                .filter(found -> found.getModelId().equals(settings.modelId()))
                .toList();
    }

    List<LedgerEntry> ledger() {
        return Records.readAll(kafka, topics.trainingLedger().name(), LedgerEntry.class).stream()
                .filter(found -> found.getModelId().equals(settings.modelId()))
                .toList();
    }

    CheckpointManifest newest() {
        List<CheckpointManifest> all = manifests();
        return all.get(all.size() - 1);
    }

    /** Whether so many records have been consumed by what is published. */
    boolean published(long records) {
        return consumed() >= records;
    }

    /** How many records have been consumed by what is published. */
    long consumed() {
        return ledger().stream()
                .mapToLong(e -> e.getTrainedPairs() + e.getHeldOutPairs() + e.getSkippedPairs())
                .sum();
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
