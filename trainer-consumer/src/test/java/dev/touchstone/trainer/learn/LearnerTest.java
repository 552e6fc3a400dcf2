package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.measure.PairFigures;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
    void shouldMeasureWithheldPairsByTheWeightsBeforeTheUpdateWhenTheyAreSampled() throws Exception {
        List<CritiquedPair> pairs = Pairs.some(64, 3);
        List<CritiquedPair> first = pairs.subList(0, BATCH);
        // One shows every critique and scores all pairs again without; the other's dropout has taken them all away.
        try (Learner sampling = Learner.fresh(config(0, 1));
                Learner dropping = Learner.fresh(config(1 - 1e-12, 1));
                Learner plain = Learner.fresh(config(0, 0))) {
            int trained = learn(sampling, first).trained();
            learn(dropping, first);
            learn(plain, first);

            PairFigures sampled = withheld(sampling);
            PairFigures dropped = withheld(dropping);
            assertThat(sampled.pairs()).isEqualTo(trained);
            assertThat(dropped.pairs()).isEqualTo(trained); // and not twice
            assertThat(sampled.logLoss()).isCloseTo(dropped.logLoss(), within(1e-6));
            assertThat(sampled.margin()).isCloseTo(dropped.margin(), within(1e-6));
            assertThat(sampling.figures().loss()).isNotCloseTo(sampled.logLoss(), within(1e-6));
            assertThat(plain.figures().prequential().total().withoutCritique()).isNull();

            // To measure more changes nothing of what is learnt.
            learn(sampling, pairs.subList(BATCH, 64));
            learn(plain, pairs.subList(BATCH, 64));
            Path a = sampling.save(folder, "a").folder();
            Path b = plain.save(folder, "b").folder();
            assertThat(a.resolve("model.safetensors")).hasSameBinaryContentAs(b.resolve("model.safetensors"));
        }
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

    private static LearnerConfig config(double dropout, double sample) {
        LearnerConfig d = LearnerConfig.defaults(5);
        return new LearnerConfig(
                d.start(),
                d.training().withCritiqueDropout(dropout),
                d.heldOutFraction(),
                d.heldOutPairs(),
                d.replaySteps(),
                d.reservoirPairs(),
                d.windowPairs(),
                sample);
    }

    private static PairFigures withheld(Learner learner) {
        return Objects.requireNonNull(learner.figures().prequential().total().withoutCritique());
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
