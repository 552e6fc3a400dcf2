package dev.touchstone.testkit.verify;

import static dev.touchstone.testkit.verify.HandWritten.critiques;
import static dev.touchstone.testkit.verify.HandWritten.key;
import static dev.touchstone.testkit.verify.HandWritten.pair;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.BatchCut;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.OffsetRange;
import dev.touchstone.schemas.v1.PartitionOffset;
import dev.touchstone.testkit.verify.HandWritten.Sent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What a trainer that does everything right leaves on the topics: six pairs and a record that is none, in two partitions and
 * three micro-batches; two versions, of which the first is retired. A test changes one thing before it is sent.
 */
final class LineageStory {
    static final String MODEL = "m";
    private static final Instant TIME = Instant.parse("2026-11-23T10:00:00Z");

    final List<LedgerEntry> ledger = new ArrayList<>();
    final List<CheckpointManifest> manifests = new ArrayList<>();
    final Map<String, String> names = new TreeMap<>(Map.of(Aliases.CHAMPION, "v2"));
    final Map<Integer, Long> committed = new TreeMap<>(Map.of(0, 5L, 1, 2L));
    int deadLetters = 1;

    private final KafkaSettings settings;
    private final TopicCatalogue topics;
    private final HandWritten hand;

    LineageStory(KafkaSettings settings, TopicCatalogue topics, HandWritten hand) {
        this.settings = settings;
        this.topics = topics;
        this.hand = hand;
        ledger.add(entry(1, 2, null, "v1", List.of(range(0, 0, 2), range(1, 0, 1)), 2, 1, 0));
        ledger.add(entry(2, 4, "v1", "v2", List.of(range(0, 2, 4)), 2, 0, 0));
        ledger.add(entry(3, 6, "v1", "v2", List.of(range(0, 4, 5), range(1, 1, 2)), 1, 0, 1));
        CheckpointManifest first = manifest("v1", null, 2, Map.of(0, 2L, 1, 1L), 2, 1);
        manifests.add(first);
        manifests.add(manifest("v2", "v1", 6, Map.of(0, 5L, 1, 2L), 5, 1));
        manifests.add(CheckpointManifest.newBuilder(first).setRetiredAt(TIME).build());
    }

    /** Puts all of it on the topics. */
    void send() throws Exception {
        for (int i = 0; i < 4; i++) {
            pairTo(0, i);
        }
        Sent garbage = hand.send(new ProducerRecord<>(
                topics.critiquedPairs().name(), 0, null, "no pair".getBytes(StandardCharsets.UTF_8)));
        pairTo(1, 4);
        pairTo(1, 5);
        for (int i = 0; i < deadLetters; i++) {
            hand.dead(garbage, DeadLetterReason.UNDECODABLE);
        }
        ledger.forEach(entry -> send(topics.trainingLedger(), MODEL, entry));
        manifests.forEach(manifest -> send(topics.checkpoints(), MODEL + "/" + manifest.getVersionId(), manifest));
        names.forEach((alias, version) -> send(topics.models(), MODEL + "/" + alias, name(alias, version)));
        if (!committed.isEmpty()) {
            commit();
        }
    }

    static LedgerEntry entry(
            long batch,
            long step,
            String parent,
            String version,
            List<OffsetRange> ranges,
            int trained,
            int heldOut,
            int skipped) {
        return LedgerEntry.newBuilder()
                .setModelId(MODEL)
                .setBatch(batch)
                .setStep(step)
                .setParent(parent)
                .setVersionId(version)
                .setRanges(ranges)
                .setTrainedPairs(trained)
                .setHeldOutPairs(heldOut)
                .setSkippedPairs(skipped)
                .setTokens(100)
                .setCut(BatchCut.FULL)
                .build();
    }

    static OffsetRange range(int partition, long from, long next) {
        return new OffsetRange("rm.critiqued-pairs", partition, from, next);
    }

    static CheckpointManifest manifest(
            String version, String parent, long step, Map<Integer, Long> offsets, long trained, long heldOut) {
        return CheckpointManifest.newBuilder()
                .setModelId(MODEL)
                .setVersionId(version)
                .setUri("file:///nowhere/" + version)
                .setSha256("00")
                .setStep(step)
                .setOffsets(offsets(offsets))
                .setParent(parent)
                .setTrainedPairs(trained)
                .setHeldOutPairs(heldOut)
                .setCreatedAt(TIME)
                .build();
    }

    static List<PartitionOffset> offsets(Map<Integer, Long> offsets) {
        return new TreeMap<>(offsets)
                .entrySet().stream()
                        .map(o -> new PartitionOffset("rm.critiqued-pairs", o.getKey(), o.getValue()))
                        .toList();
    }

    private static ModelAlias name(String alias, String version) {
        return ModelAlias.newBuilder()
                .setModelId(MODEL)
                .setAlias(alias)
                .setVersionId(version)
                .setChangedBy("trainer")
                .setChangedAt(TIME)
                .build();
    }

    private void pairTo(int partition, int number) {
        CritiquedPair value = CritiquedPair.newBuilder()
                .setPair(pair(number, "text"))
                .setChosenCritiques(critiques(1))
                .setRejectedCritiques(critiques(1))
                .build();
        Topic topic = topics.critiquedPairs();
        byte[] key = key(value.getPair().getPairId());
        hand.send(new ProducerRecord<>(topic.name(), partition, key, hand.serialized(topic, value)));
    }

    private void send(Topic topic, String key, SpecificRecord value) {
        hand.send(new ProducerRecord<>(
                topic.name(), key.getBytes(StandardCharsets.UTF_8), hand.serialized(topic, value)));
    }

    private void commit() throws Exception {
        try (Admin admin = Admin.create(settings.client())) {
            admin.alterConsumerGroupOffsets(
                            topics.prefix() + "trainer-" + MODEL,
                            committed.entrySet().stream()
                                    .collect(Collectors.toMap(
                                            entry -> new TopicPartition(
                                                    topics.critiquedPairs().name(), entry.getKey()),
                                            entry -> new OffsetAndMetadata(entry.getValue()))))
                    .all()
                    .get();
        }
    }
}
