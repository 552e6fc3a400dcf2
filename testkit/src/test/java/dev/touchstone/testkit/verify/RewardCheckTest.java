package dev.touchstone.testkit.verify;

import static dev.touchstone.testkit.verify.HandWritten.completion;
import static dev.touchstone.testkit.verify.HandWritten.critique;
import static dev.touchstone.testkit.verify.HandWritten.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.verify.HandWritten.Sent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rewards that hold and rewards that do not, written by hand on a real broker and registry. */
@OnTestCluster
class RewardCheckTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final Instant TIME = Instant.parse("2026-11-23T10:00:00Z");

    private TopicCatalogue topics;
    private HandWritten hand;

    @BeforeEach
    void makeTopics() {
        topics = CLUSTER.topics("rewards-" + TESTS.incrementAndGet() + ".");
        hand = new HandWritten(CLUSTER.settings(), topics);
        CheckpointManifest manifest = CheckpointManifest.newBuilder(
                        LineageStory.manifest("v1", null, 2, Map.of(), 2, 1))
                .setSha256("ab")
                .setRewardMean(1.0)
                .setRewardDeviation(2.0)
                .build();
        hand.send(new ProducerRecord<>(
                topics.checkpoints().name(),
                "m/v1".getBytes(StandardCharsets.UTF_8),
                hand.serialized(topics.checkpoints(), manifest)));
    }

    @AfterEach
    void close() {
        hand.close();
    }

    @Test
    void shouldHoldWhenEveryCompletionHasItsReward() {
        hand.out(completion(1, "one"));
        give(reward(1));
        hand.out(completion(2, "two"), CritiqueStatus.REFUSED, List.of());
        give(Reward.newBuilder(reward(2))
                .setStatus(RewardStatus.NO_CRITIQUE)
                .setReason("There is none.")
                .setCritique(null)
                .setCritiqueStatus(CritiqueStatus.REFUSED)
                .build());
        hand.out(completion(3, " "));
        give(without(RewardStatus.INVALID, 3));
        Sent garbage = hand.bytes(topics.critiquedCompletions(), "no avro");
        hand.dead(garbage, DeadLetterReason.UNDECODABLE);

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s", verdict.examples()).isEmpty();
        assertThat(verdict.notJudged()).isEmpty();
        assertThat(verdict.counts().get(topics.rewards().name()))
                .isEqualTo(Map.of("OK", 1L, "NO_CRITIQUE", 1L, "INVALID", 1L, "model versions", 2L));
    }

    @Test
    void shouldFindWhatIsMissingDoubleOrTooMuch() {
        hand.out(completion(1, "one"));
        hand.out(completion(2, "two"));
        give(reward(2));
        give(reward(2));
        give(reward(3));
        hand.bytes(topics.critiquedCompletions(), "no avro");
        hand.bytes(topics.rewards(), "no avro");

        Verdict verdict = verify();
        assertThat(verdict.broken())
                .isEqualTo(Map.of(
                        Problem.MISSING_OUTPUT, 1L,
                        Problem.DOUBLE_OUTPUT, 1L,
                        Problem.EXTRA_OUTPUT, 1L,
                        Problem.MISSING_DEAD_LETTER, 1L,
                        Problem.UNREADABLE_OUTPUT, 1L));
        assertThat(verdict.examples().get(Problem.EXTRA_OUTPUT)).containsExactly(id(3).toString());
    }

    static Stream<Arguments> wrongRewards() {
        return Stream.of(
                wrong("a missing logit", r -> r.setLogit(null).setValue(null)),
                wrong("no number", r -> r.setLogit(Double.NaN).setValue(Double.NaN)),
                wrong("the value of other norms", r -> r.setValue(0.25)),
                wrong("no value although there are norms", r -> r.setValue(null)),
                wrong("another hash", r -> r.setModelSha256("cd")),
                wrong("a version that is none", r -> r.setModelVersion("v2")),
                wrong("OK without its critique", r -> r.setCritique(null)),
                wrong(
                        "no critique, and no reason",
                        r -> r.setStatus(RewardStatus.NO_CRITIQUE).setCritique(null)),
                wrong(
                        "a failure with a number",
                        r -> r.setStatus(RewardStatus.FAILED).setReason("It failed.")),
                Arguments.of("another critique", Problem.ALTERED_OUTPUT, change(r -> r.setCritique(critique(5)))),
                Arguments.of("another group", Problem.ALTERED_OUTPUT, change(r -> r.setGroupId("other"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongRewards")
    void shouldFindItWhenOneThingIsWrong(String what, Problem problem, UnaryOperator<Reward> change) {
        hand.out(completion(1, "one"));
        give(change.apply(reward(1)));

        Verdict verdict = verify();
        assertThat(verdict.broken()).as("%s: %s", what, verdict.examples()).isEqualTo(Map.of(problem, 1L));
    }

    private static Arguments wrong(String what, UnaryOperator<Reward.Builder> change) {
        return Arguments.of(what, Problem.WRONG_REWARD, change(change));
    }

    private static UnaryOperator<Reward> change(UnaryOperator<Reward.Builder> change) {
        return reward -> change.apply(Reward.newBuilder(reward)).build();
    }

    private static Reward reward(int number) {
        return Reward.newBuilder()
                .setCompletionId(id(number))
                .setStatus(RewardStatus.OK)
                .setLogit(2.0)
                .setValue(0.5)
                .setModelId("m")
                .setModelVersion("v1")
                .setModelSha256("ab")
                .setCritique(critique(0))
                .setCritiqueStatus(CritiqueStatus.CRITIQUED)
                .setSource("test")
                .setScoredAt(TIME)
                .build();
    }

    private static Reward without(RewardStatus status, int number) {
        return Reward.newBuilder()
                .setCompletionId(id(number))
                .setStatus(status)
                .setReason("So it is.")
                .setCritiqueStatus(CritiqueStatus.CRITIQUED)
                .setSource("test")
                .setScoredAt(TIME)
                .build();
    }

    private void give(Reward reward) {
        hand.send(topics.rewards(), reward.getCompletionId(), reward);
    }

    private Verdict verify() {
        return new Verifier(CLUSTER.settings(), topics, Duration.ofSeconds(30), Set.of(Stage.REWARDS))
                .verify(Duration.ZERO, (done, total) -> {});
    }
}
