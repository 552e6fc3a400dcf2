package dev.touchstone.scorer.scoring;

import static dev.touchstone.scorer.Fixtures.MODEL;
import static dev.touchstone.scorer.Fixtures.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.ScriptedModel;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.model.RawScore;
import dev.touchstone.scorer.model.VersionKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScoringEngineTest {
    private final ScoringEngine engine = new ScoringEngine(3, 2, new ScorerMetrics(new SimpleMeterRegistry()));

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void shouldRefuseWhenNoModelServes() {
        assertThatThrownBy(() -> engine.tryScore(null, candidates(1))).isInstanceOf(NoModelException.class);
        assertThat(engine.score(null, candidates(1)))
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .withCauseInstanceOf(NoModelException.class);
    }

    @Test
    void shouldRefuseWhenTheQueueIsFullAndAcceptAgainWhenThereIsRoom() {
        CountDownLatch gate = new CountDownLatch(1);
        engine.install(new Gated(gate)).join();
        CompletableFuture<ScoredBatch> two = engine.tryScore(null, candidates(2));
        assertThatThrownBy(() -> engine.tryScore(null, candidates(2)))
                .isInstanceOf(QueueFullException.class)
                .hasMessageContaining("3 texts");
        CompletableFuture<ScoredBatch> one = engine.tryScore(null, candidates(1));
        CompletableFuture<ScoredBatch> topic = engine.score(null, candidates(50));
        gate.countDown();
        assertThat(two.join().outcomes()).hasSize(2);
        assertThat(one.join().outcomes()).hasSize(1);
        assertThat(topic.join().outcomes()).hasSize(50);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                engine.tryScore(null, candidates(3)).join().outcomes())
                        .hasSize(3));
    }

    @Test
    void shouldScoreTogetherWhatCameMeanwhileHttpFirstAndLeaveOutWhatWasCancelled() {
        CountDownLatch gate = new CountDownLatch(1);
        Gated model = new Gated(gate);
        engine.install(model).join();
        CompletableFuture<ScoredBatch> first = engine.tryScore(null, List.of(candidate("first")));
        await().atMost(Duration.ofSeconds(60)).until(() -> model.batches().size() == 1);
        CompletableFuture<ScoredBatch> topic = engine.score(null, List.of(candidate("topic")));
        CompletableFuture<ScoredBatch> cancelled = engine.tryScore(null, List.of(candidate("cancelled")));
        CompletableFuture<ScoredBatch> http = engine.tryScore(null, List.of(candidate("http")));
        cancelled.cancel(false);
        gate.countDown();
        assertThat(CompletableFuture.allOf(first, topic, http)).succeedsWithin(Duration.ofSeconds(60));
        assertThat(model.batches()).containsExactly(List.of("first"), List.of("http", "topic"));
        assertThat(engine.tryScore(null, candidates(3)).join().outcomes()).hasSize(3);
    }

    @Test
    void shouldGiveRoomBackAtOnceWhenAWaitingRequestIsCancelledOrTooLate() {
        CountDownLatch gate = new CountDownLatch(1);
        Gated model = new Gated(gate);
        engine.install(model).join();
        CompletableFuture<ScoredBatch> first = engine.tryScore(null, List.of(candidate("first")));
        await().atMost(Duration.ofSeconds(60)).until(() -> model.batches().size() == 1);
        engine.tryScore(null, candidates(2)).cancel(false);
        CompletableFuture<ScoredBatch> late =
                engine.tryScore(null, candidates(2)).orTimeout(1, TimeUnit.MILLISECONDS);
        assertThat(late).failsWithin(Duration.ofSeconds(60));
        CompletableFuture<ScoredBatch> last = await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> engine.tryScore(null, candidates(2)), r -> true);
        gate.countDown();
        assertThat(CompletableFuture.allOf(first, last)).succeedsWithin(Duration.ofSeconds(60));
        assertThat(model.batches()).extracting(List::size).containsExactly(1, 2);
    }

    @Test
    void shouldNotKeepTheTopicWaitingWhenHttpFillsEveryBatch() {
        ScoringEngine wide = new ScoringEngine(10_000, 0, new ScorerMetrics(new SimpleMeterRegistry()));
        CountDownLatch gate = new CountDownLatch(1);
        Gated model = new Gated(gate);
        wide.install(model).join();
        CompletableFuture<ScoredBatch> first = wide.tryScore(null, candidates(1));
        await().atMost(Duration.ofSeconds(60)).until(() -> model.batches().size() == 1);
        List<CompletableFuture<ScoredBatch>> all = new ArrayList<>(List.of(first));
        for (int i = 0; i < 5; i++) {
            all.add(wide.tryScore(null, candidates(200)));
        }
        CompletableFuture<ScoredBatch> topic = wide.score(null, candidates(250));
        gate.countDown();
        all.add(topic);
        assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Duration.ofSeconds(60));
        assertThat(model.batches()).extracting(List::size).containsExactly(1, 200, 250, 200, 200, 200, 200);
        wide.close();
    }

    @Test
    void shouldWaitForRoomWhenItIsAskedTo() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        engine.install(new Gated(gate)).join();
        CompletableFuture<ScoredBatch> full = engine.tryScore(null, candidates(3));
        assertThatThrownBy(() -> engine.scoreWhenRoom(null, candidates(1), Duration.ofMillis(20)))
                .isInstanceOf(QueueFullException.class);
        CompletableFuture<ScoredBatch> held = CompletableFuture.supplyAsync(() -> {
                    try {
                        return engine.scoreWhenRoom(null, candidates(1), Duration.ofSeconds(60));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .thenCompose(batch -> batch);
        gate.countDown();
        assertThat(full).succeedsWithin(Duration.ofSeconds(60));
        assertThat(held).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void shouldFailOneTextOnlyWhenOneTextBreaksTheModel() {
        engine.install(scripted(7)).join();
        List<Outcome> outcomes = engine.score(null, List.of(candidate("a"), candidate("BOOM"), candidate("c")))
                .join()
                .outcomes();
        assertThat(outcomes)
                .extracting(Outcome::status)
                .containsExactly(RewardStatus.NO_CRITIQUE, RewardStatus.FAILED, RewardStatus.NO_CRITIQUE);
        assertThat(outcomes.get(1).logit()).isNull();
    }

    @Test
    void shouldSayInvalidWhenOneTextIsTooLong() {
        engine.install(scripted(7)).join();
        List<Outcome> outcomes = engine.score(null, List.of(candidate("a"), candidate("ENDLESS")))
                .join()
                .outcomes();
        assertThat(outcomes)
                .extracting(Outcome::status)
                .containsExactly(RewardStatus.NO_CRITIQUE, RewardStatus.INVALID);
        assertThat(outcomes.get(1).reason()).isEqualTo("scripted: too long");
        assertThat(outcomes.get(1).logit()).isNull();
    }

    @Test
    void shouldFreeTheOldModelWhenANewOneServes() {
        ScriptedModel old = scripted(1);
        ScriptedModel fresh = scripted(2);
        engine.install(old).join();
        engine.install(fresh).join();
        assertThat(old.isClosed()).isTrue();
        assertThat(fresh.isClosed()).isFalse();
        assertThat(engine.serving().map(ModelInfo::versionId)).contains("v2");
        engine.close();
        assertThat(fresh.isClosed()).isTrue();
    }

    @Test
    void shouldScoreEachRequestByTheVersionThatItAsksFor() {
        CountDownLatch gate = new CountDownLatch(1);
        Gated champion = new Gated(gate);
        engine.install(champion).join();
        engine.place(scripted(7)).join();
        VersionKey seven = new VersionKey(MODEL, "v7");
        CompletableFuture<ScoredBatch> first = engine.tryScore(null, List.of(candidate("first")));
        await().atMost(Duration.ofSeconds(60)).until(() -> champion.batches().size() == 1);
        CompletableFuture<ScoredBatch> pinned = engine.tryScore(seven, List.of(candidate("pinned")));
        CompletableFuture<ScoredBatch> second = engine.tryScore(null, List.of(candidate("second")));
        CompletableFuture<ScoredBatch> topic = engine.score(seven, List.of(candidate("topic")));
        CompletableFuture<ScoredBatch> named = engine.score(new VersionKey(MODEL, "v1"), List.of(candidate("named")));
        gate.countDown();
        assertThat(CompletableFuture.allOf(first, pinned, second, topic, named)).succeedsWithin(Duration.ofSeconds(60));
        assertThat(List.of(pinned, topic)).allSatisfy(batch -> {
            assertThat(batch.join().model().versionId()).isEqualTo("v7");
            assertThat(batch.join().outcomes()).extracting(Outcome::logit).containsExactly(7.0);
        });
        assertThat(List.of(first, second, named)).allSatisfy(batch -> {
            assertThat(batch.join().model().versionId()).isEqualTo("v1");
            assertThat(batch.join().outcomes()).extracting(Outcome::logit).containsExactly(1.0);
        });
        assertThat(champion.batches()).containsExactlyInAnyOrder(List.of("first"), List.of("second"), List.of("named"));
    }

    @Test
    void shouldMakeRoomByTheVersionThatHasNotScoredForTheLongestTime() {
        engine.install(scripted(1)).join();
        ScriptedModel two = scripted(2);
        ScriptedModel three = scripted(3);
        ScriptedModel four = scripted(4);
        engine.place(two).join();
        engine.place(three).join();
        engine.score(two.info().key(), candidates(1)).join();
        engine.place(four).join();
        assertThat(three.isClosed()).isTrue();
        assertThat(engine.beside()).extracting(ModelInfo::versionId).containsExactlyInAnyOrder("v2", "v4");
        assertThat(engine.score(three.info().key(), candidates(1)))
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .withCauseInstanceOf(VersionUnavailableException.class)
                .withMessageContaining("v3");
        ScriptedModel fourAgain = scripted(4);
        engine.install(fourAgain).join();
        assertThat(four.isClosed()).isTrue();
        assertThat(engine.beside()).extracting(ModelInfo::versionId).containsExactly("v2");
        engine.close();
        assertThat(two.isClosed()).isTrue();
        assertThat(fourAgain.isClosed()).isTrue();
    }

    @Test
    void shouldEncodeAgainWhenAnotherVersionServesMeanwhile() {
        CountDownLatch gate = new CountDownLatch(1);
        Gated model = new Gated(gate);
        engine.install(model).join();
        CompletableFuture<ScoredBatch> first = engine.tryScore(null, candidates(1));
        await().atMost(Duration.ofSeconds(60)).until(() -> model.batches().size() == 1);
        CompletableFuture<Void> exchanged = engine.install(scripted(2));
        CompletableFuture<ScoredBatch> second = engine.tryScore(null, candidates(2)); // encoded by the first version
        gate.countDown();
        assertThat(CompletableFuture.allOf(first, exchanged, second)).succeedsWithin(Duration.ofSeconds(60));
        assertThat(second.join().model().versionId()).isEqualTo("v2");
        assertThat(second.join().outcomes()).extracting(Outcome::logit).containsOnly(2.0);
    }

    @Test
    void shouldDivideTheClientsWhenTheyAskAgainAtOnce() {
        ScoringEngine wide = new ScoringEngine(10_000, 0, new ScorerMetrics(new SimpleMeterRegistry()));
        CountDownLatch gate = new CountDownLatch(1);
        Gated model = new Gated(gate);
        wide.install(model).join();
        CompletableFuture<ScoredBatch> first = wide.tryScore(null, candidates(1));
        await().atMost(Duration.ofSeconds(60)).until(() -> model.batches().size() == 1);
        List<CompletableFuture<ScoredBatch>> all = new ArrayList<>(List.of(first));
        for (int i = 0; i < 63; i++) {
            all.add(wide.tryScore(null, candidates(1)));
        }
        gate.countDown();
        assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Duration.ofSeconds(60));
        // Half of those that wait, with those that may come back from the batch before.
        assertThat(model.batches()).extracting(List::size).containsExactly(1, 32, 31);
        wide.close();
    }

    @Test
    void shouldGiveNoValueWhenMeanOrDeviationIsUnknown() {
        ModelInfo known = ModelInfo.of(manifest("v", 1, "file:///none", "sha"));
        assertThat(known.normalised(5)).contains(2.0);
        ModelInfo unknown =
                new ModelInfo(known.modelId(), "v", "sha", 1, 1, 1, null, null, 1.0, null, known.createdAt());
        assertThat(unknown.normalised(5)).isEmpty();
        ModelInfo flat = new ModelInfo(known.modelId(), "v", "sha", 1, 1, 1, null, null, 1.0, 0.0, known.createdAt());
        assertThat(flat.normalised(5)).isEmpty();
    }

    private static ScriptedModel scripted(long step) {
        return new ScriptedModel(manifest("v" + step, step, "file:///none", "sha"));
    }

    private static List<Candidate> candidates(int count) {
        return Collections.nCopies(count, candidate("It is 4."));
    }

    private static Candidate candidate(String completion) {
        return Candidate.of(List.of(new Message("user", "2 plus 2?")), completion, null, "None.");
    }

    /** Scores nothing before the gate opens. */
    private record Gated(CountDownLatch gate, List<List<String>> batches) implements LoadedModel {
        Gated(CountDownLatch gate) {
            this(gate, new CopyOnWriteArrayList<>());
        }

        @Override
        public ModelInfo info() {
            return ModelInfo.of(manifest("v1", 1, "file:///none", "sha"));
        }

        private record Text(String completion) implements Encoded {}

        @Override
        public Encoded encode(ModelInput input) {
            return new Text(input.completion());
        }

        @Override
        public List<RawScore> score(List<Encoded> inputs) {
            batches.add(
                    inputs.stream().map(input -> ((Text) input).completion()).toList());
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return inputs.stream().map(input -> new RawScore(1, false)).toList();
        }

        @Override
        public void close() {}
    }
}
