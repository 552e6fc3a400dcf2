package dev.touchstone.testkit.verify;

import static dev.touchstone.testkit.verify.LineageStory.entry;
import static dev.touchstone.testkit.verify.LineageStory.manifest;
import static dev.touchstone.testkit.verify.LineageStory.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A lineage that holds, and the same with one thing wrong, on a real broker and registry. */
@OnTestCluster
class LineageCheckTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final AtomicInteger TESTS = new AtomicInteger();

    private TopicCatalogue topics;
    private HandWritten hand;
    private LineageStory story;

    @BeforeEach
    void makeTopics() {
        topics = CLUSTER.topics("lineage-" + TESTS.incrementAndGet() + ".");
        hand = new HandWritten(CLUSTER.settings(), topics);
        story = new LineageStory(CLUSTER.settings(), topics, hand);
    }

    @AfterEach
    void close() {
        hand.close();
    }

    @Test
    void shouldHoldWhenEveryRecordIsTakenOnce() throws Exception {
        story.send();

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.notJudged()).isEmpty();
        assertThat(verdict.counts().get(topics.trainingLedger().name()))
                .isEqualTo(Map.of("m: micro-batches", 3L, "m: pairs trained on", 5L, "m: pairs held out", 1L));
        assertThat(verdict.counts().get(topics.checkpoints().name())).isEqualTo(Map.of("m: versions", 2L));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("a range is passed over", Problem.LEDGER_GAP, s -> {
                    s.ledger.set(1, entry(2, 4, "v1", "v2", List.of(range(0, 3, 4)), 1, 0, 0));
                    s.manifests.set(1, manifest("v2", "v1", 6, Map.of(0, 5L, 1, 2L), 4, 1));
                }),
                fault(
                        "a range is taken again",
                        Problem.LEDGER_OVERLAP,
                        s -> s.ledger.set(1, entry(2, 4, "v1", "v2", List.of(range(0, 1, 4)), 2, 0, 1))),
                fault("a micro-batch is missing", Problem.LEDGER_GAP, s -> {
                    s.ledger.set(1, entry(2, 4, "v1", "v2", List.of(range(0, 2, 5), range(1, 1, 2)), 3, 0, 1));
                    s.ledger.set(2, entry(4, 6, "v1", "v2", List.of(), 0, 0, 0));
                }),
                fault("the offsets of a manifest are others", Problem.LEDGER_AND_MANIFEST_DIFFER, s -> {
                    s.manifests.set(1, manifest("v2", "v1", 6, Map.of(0, 5L, 1, 1L), 5, 1));
                    s.committed.put(1, 1L);
                }),
                fault(
                        "a manifest counts more pairs",
                        Problem.LEDGER_AND_MANIFEST_DIFFER,
                        s -> s.manifests.set(1, manifest("v2", "v1", 6, Map.of(0, 5L, 1, 2L), 6, 1))),
                fault(
                        "a micro-batch counts fewer pairs",
                        Problem.WRONG_NUMBER_OF_PAIRS,
                        s -> s.ledger.set(
                                2, entry(3, 6, "v1", "v2", List.of(range(0, 4, 5), range(1, 1, 2)), 1, 0, 0))),
                fault(
                        "an entry has another parent",
                        Problem.LEDGER_AND_MANIFEST_DIFFER,
                        s -> s.ledger.set(1, entry(2, 4, "v0", "v2", List.of(range(0, 2, 4)), 2, 0, 0))),
                fault(
                        "an entry has no manifest",
                        Problem.MISSING_MANIFEST,
                        s -> s.ledger.add(1, entry(2, 4, "v1", "v1b", List.of(range(1, 1, 2)), 1, 0, 0))),
                fault("a name means nothing", Problem.MISSING_MANIFEST, s -> s.names.put("pin", "v9")),
                fault(
                        "a name means what is retired",
                        Problem.RETIRED_VERSION_NAMED,
                        s -> s.names.put("previous", "v1")),
                fault(
                        "a manifest changes",
                        Problem.ALTERED_MANIFEST,
                        s -> s.manifests.set(
                                2,
                                CheckpointManifest.newBuilder(s.manifests.get(2))
                                        .setSha256("01")
                                        .build())),
                fault("the model begins again", Problem.SECOND_ORIGIN, s -> {
                    s.manifests.add(0, manifest("w1", null, 2, Map.of(0, 2L), 2, 0));
                    s.ledger.add(0, entry(1, 2, null, "w1", List.of(range(0, 0, 2)), 2, 0, 0));
                }),
                fault("it takes pairs from before it began", Problem.LEDGER_OVERLAP, s -> {
                    s.manifests.set(0, begun(s.manifests.get(0), Map.of(0, 1L)));
                    s.manifests.set(2, begun(s.manifests.get(2), Map.of(0, 1L)));
                }),
                fault("a later version says that it began behind a gap", Problem.LEDGER_GAP, s -> {
                    s.ledger.set(1, entry(2, 4, "v1", "v2", List.of(range(0, 3, 4)), 1, 0, 0));
                    s.manifests.set(1, begun(manifest("v2", "v1", 6, Map.of(0, 5L, 1, 2L), 4, 1), Map.of(0, 3L)));
                }),
                fault("the offsets lag behind", Problem.WRONG_COMMITTED_OFFSETS, s -> s.committed.put(0, 4L)),
                fault("the dead letter is missing", Problem.MISSING_DEAD_LETTER, s -> s.deadLetters = 0),
                fault("the dead letter is double", Problem.DOUBLE_DEAD_LETTER, s -> s.deadLetters = 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void shouldFindItWhenOneThingIsWrong(String what, Problem problem, Consumer<LineageStory> change) throws Exception {
        change.accept(story);
        story.send();

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s: %s", what, verdict.examples()).isEqualTo(Map.of(problem, 1L));
    }

    @Test
    void shouldHoldWhenAModelBeganInTheMiddleOfTheLog() throws Exception {
        CheckpointManifest first = begun(manifest("v1", null, 2, Map.of(0, 2L, 1, 1L), 1, 1), Map.of(0, 1L));
        story.ledger.set(0, entry(1, 2, null, "v1", List.of(range(0, 1, 2), range(1, 0, 1)), 1, 1, 0));
        story.manifests.set(0, first);
        story.manifests.set(1, manifest("v2", "v1", 6, Map.of(0, 5L, 1, 2L), 4, 1));
        story.manifests.set(
                2,
                CheckpointManifest.newBuilder(first)
                        .setRetiredAt(story.manifests.get(2).getRetiredAt())
                        .build());
        story.send();

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.notJudged()).isEqualTo(Map.of("pairs from before a model began", 1L));
    }

    @Test
    void shouldAllowABranchThatWasGivenUp() throws Exception {
        story.manifests.add(1, manifest("v1b", "v1", 4, Map.of(0, 5L, 1, 1L), 4, 1));
        story.ledger.add(1, entry(2, 4, "v1", "v1b", List.of(range(0, 2, 5)), 2, 0, 1));
        story.deadLetters = 2; // each branch has come by it
        story.send();

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.counts().get(topics.checkpoints().name())).containsEntry("m: versions given up", 1L);
    }

    @Test
    void shouldSayWhatItDidNotJudgeWhenTheTrainerGoesOnOrOffsetsHaveExpired() throws Exception {
        story.ledger.add(entry(4, 8, "v2", "v3", List.of(range(0, 5, 6)), 1, 0, 0));
        story.committed.clear();
        story.send();

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.notJudged())
                .isEqualTo(Map.of(
                        "micro-batches that were published while they were read", 1L,
                        "models whose committed offsets have expired", 1L));
    }

    @Test
    void shouldNotJudgeTheNumberOfPairsWhenTheLogWasDeletedInPart() throws Exception {
        story.send();
        TopicPartition partition = new TopicPartition(topics.critiquedPairs().name(), 0);
        try (Admin admin = Admin.create(CLUSTER.settings().client())) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3)))
                    .all()
                    .get();
        }

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.notJudged()).isEqualTo(Map.of("ranges of pairs that were deleted", 2L));
    }

    private static CheckpointManifest begun(CheckpointManifest manifest, Map<Integer, Long> began) {
        return CheckpointManifest.newBuilder(manifest)
                .setBegan(LineageStory.offsets(began))
                .build();
    }

    private static Arguments fault(String what, Problem problem, Consumer<LineageStory> change) {
        return Arguments.of(what, problem, change);
    }

    private Verdict verify() {
        return new Verifier(CLUSTER.settings(), topics, Duration.ofSeconds(30), Set.of(Stage.LINEAGE))
                .verify(Duration.ZERO, (done, total) -> {});
    }
}
