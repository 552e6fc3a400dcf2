package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.Pairs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnerTest {
    private static final int BATCH = 16;

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldGiveTheSameBitsWhenRestoredInBetween() throws Exception {
        List<CritiquedPair> pairs = Pairs.some(96, 1);
        String undisturbed;
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            learn(learner, pairs);
            undisturbed = learner.save(folder.resolve("a"), null).sha256();
        }
        Checkpoint.Written half;
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            learn(learner, pairs.subList(0, 48));
            half = learner.save(folder.resolve("b"), null);
            learner.evaluate();
        }
        try (Learner learner = Learner.restore(Checkpoint.open(half.folder()), LearnerConfig.defaults(5))) {
            learn(learner, pairs.subList(48, 96));
            assertThat(learner.save(folder.resolve("b"), null).sha256()).isEqualTo(undisturbed);
        }
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(6))) {
            learn(learner, pairs);
            assertThat(learner.save(folder.resolve("c"), null).sha256()).isNotEqualTo(undisturbed);
        }
    }

    @Test
    void shouldSplitCountAndTestBeforeTraining() {
        List<CritiquedPair> pairs = Pairs.some(400, 2);
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            BatchOutcome first = learn(learner, pairs.subList(0, BATCH));
            // Nothing has been learnt when the first micro-batch is tested: its figures are those of a fresh model.
            assertThat(learner.figures().windowPairs()).isEqualTo(first.trained());
            assertThat(learner.figures().margin()).isBetween(-0.5, 0.5);
            assertThat(first.steps()).isEqualTo(3);
            assertThat(first.trained() + first.heldOut() + first.skipped()).isEqualTo(BATCH);
            assertThat(first.skipped()).isEqualTo(1);

            learn(learner, pairs.subList(BATCH, pairs.size()));

            Figures figures = learner.figures();
            assertThat(figures.trained() + figures.heldOut() + figures.skipped())
                    .isEqualTo(400);
            assertThat(figures.heldOut()).isBetween(15L, 65L);
            assertThat(figures.critic()).isEqualTo(new Example.Critic("rubric", "v1"));
            Evaluation evaluation = learner.evaluate();
            assertThat(evaluation.pairs()).isEqualTo((int) figures.heldOut());
            assertThat(evaluation.accuracy()).isGreaterThan(0.95);
            assertThat(evaluation.accuracy()).isGreaterThan(evaluation.accuracyWithoutCritique());
            assertThat(evaluation.lengthAccuracy()).isBetween(0.0, 1.0);
            assertThat(evaluation.rewardDeviation()).isPositive();
        }
    }

    @Test
    void shouldHandOutEachHeldOutPairOnceWhenPairsComeAgain() throws Exception {
        List<CritiquedPair> pairs = Pairs.some(200, 3);
        Checkpoint.Written written;
        List<HeldOutPair> first;
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            learn(learner, pairs.subList(0, 96));
            first = learner.takeFresh();
            assertThat(first).hasSize((int) learner.figures().heldOut()).isEqualTo(learner.heldOut());
            assertThat(learner.takeFresh()).isEmpty();
            learn(learner, pairs.subList(0, 96));
            assertThat(learner.takeFresh()).isEmpty();
            written = learner.save(folder, null);
        }
        try (Learner learner = Learner.restore(Checkpoint.open(written.folder()), LearnerConfig.defaults(5))) {
            assertThat(learner.takeFresh()).isEmpty();
            learn(learner, recritiqued(pairs));
            assertThat(learner.takeFresh())
                    .isNotEmpty()
                    .noneMatch(pair -> first.stream()
                            .anyMatch(before -> before.text()
                                    .chosen()
                                    .withoutCritique()
                                    .equals(pair.text().chosen().withoutCritique())));
        }
    }

    /** The same pairs with critiques in other words. */
    private static List<CritiquedPair> recritiqued(List<CritiquedPair> pairs) {
        return pairs.stream()
                .map(pair -> CritiquedPair.newBuilder(pair)
                        .setChosenCritiques(pair.getChosenCritiques().stream()
                                .map(c -> Critique.newBuilder(c)
                                        .setText("Quite right.")
                                        .build())
                                .toList())
                        .build())
                .toList();
    }

    @Test
    void shouldTakeNoStepWhenNothingCanBeTrainedOn() {
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            BatchOutcome outcome = learner.learn(new MicroBatch(List.of(), 3));

            assertThat(outcome).isEqualTo(new BatchOutcome(1, 0, 0, 0, 0, 3, 0));
            assertThat(learner.evaluate()).isEqualTo(Evaluation.NONE);
            assertThat(learner.figures().accuracy()).isNull();
        }
    }

    @Test
    void shouldRefuseWhenTheConfigurationIsAnother() throws Exception {
        Checkpoint.Written written;
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            written = learner.save(folder, null);
        }
        Checkpoint checkpoint = Checkpoint.open(written.folder());

        assertThatThrownBy(() -> Learner.restore(checkpoint, LearnerConfig.defaults(6)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("seed=5");
    }

    private static BatchOutcome learn(Learner learner, List<CritiquedPair> pairs) {
        BatchOutcome last = null;
        for (int i = 0; i < pairs.size(); i += BATCH) {
            List<Example> examples = pairs.subList(i, Math.min(i + BATCH, pairs.size())).stream()
                    .map(learner.encoder()::encode)
                    .toList();
            last = learner.learn(new MicroBatch(examples, 0));
        }
        return last;
    }
}
