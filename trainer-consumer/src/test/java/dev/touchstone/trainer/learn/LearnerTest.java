package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.SafetensorsFile;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.trainer.HopelessModel;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.learn.Example.Use;
import dev.touchstone.trainer.learn.LabelConfig.Ties;
import dev.touchstone.trainer.measure.PairFigures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            assertThat(evaluation.slices().get("source:test"))
                    .isEqualTo(new Slices.Slice(
                            evaluation.pairs(), evaluation.accuracy(), evaluation.accuracyWithoutCritique()));
        }
    }

    @Test
    void shouldRefuseToEvaluateWhenItsLogitsAreNoNumbers() throws Exception {
        try (Learner learner = Learner.fresh(HopelessModel.in(folder, 0.3))) {
            learn(learner, Pairs.some(2 * BATCH, 2));

            assertThat(learner.figures().heldOut()).isPositive();
            assertThatThrownBy(learner::evaluate)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no finite numbers")
                    .hasMessageContaining("touchstone.learning-rate");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldGiveTheSameBitsWhenRestoredAfterEachMicroBatchWhateverTheReplay(int replaySteps) throws Exception {
        // A small reservoir and few passes: pairs of three sources are displaced and leave.
        LearnerConfig config = with(new ReplayConfig(0.6, replaySteps, 3, 24), new LabelConfig(Ties.CENTRE, 1));
        List<CritiquedPair> pairs = new ArrayList<>();
        for (CritiquedPair pair : Pairs.some(96, 1)) {
            pairs.add(ofSource(pair, "source " + pairs.size() % 3));
        }
        String undisturbed;
        try (Learner learner = Learner.fresh(config)) {
            learn(learner, pairs);
            undisturbed = learner.save(folder.resolve("a"), null).sha256();
        }
        Learner learner = Learner.fresh(config);
        for (int i = 0; i < pairs.size(); i += BATCH) {
            learn(learner, pairs.subList(i, i + BATCH));
            Checkpoint.Written written = learner.save(folder.resolve("b"), null);
            learner.close();
            learner = Learner.restore(Checkpoint.open(written.folder()), config);
        }

        assertThat(learner.save(folder.resolve("c"), null).sha256()).isEqualTo(undisturbed);
        learner.close();
    }

    @Test
    void shouldReadTheFiguresFromFreshPairsAloneWhenReplayedOnesShareTheStep() {
        LearnerConfig config = with(new ReplayConfig(0.5, 0, 4, 100), LabelConfig.DEFAULT);
        List<CritiquedPair> pairs = Pairs.some(4 * BATCH, 2);
        try (Learner learner = Learner.fresh(config)) {
            long trained = 0;
            for (int i = 0; i < pairs.size(); i += BATCH) {
                BatchOutcome outcome = learn(learner, pairs.subList(i, i + BATCH));
                trained += outcome.trained();
                assertThat(outcome.steps()).isEqualTo(1);
                assertThat(learner.figures().windowPairs()).isEqualTo((int) trained);
            }
        }
    }

    @Test
    void shouldTrainOnTiesAndLeaveThemOutOfTheFiguresWhenTheyAreCentred() {
        try (Learner learner = Learner.fresh(with(ReplayConfig.DEFAULT, new LabelConfig(Ties.CENTRE, 0)))) {
            List<Example> examples =
                    Pairs.some(40, 2).stream().map(learner.encoder()::encode).toList();
            long ties = examples.stream()
                    .filter(e -> e.use() == Use.TRAIN && e.pair().tie())
                    .count();

            BatchOutcome outcome = learner.learn(new MicroBatch(examples, 0));

            assertThat(ties).isGreaterThan(1);
            assertThat(outcome.trained() + outcome.heldOut() + outcome.skipped())
                    .isEqualTo(40);
            assertThat(learner.figures().windowPairs()).isEqualTo((int) (outcome.trained() - ties));
        }
    }

    @Test
    void shouldNeverTrainOnAHeldOutPairWhenItComesAgainInAnyForm() {
        LearnerConfig config = LearnerConfig.defaults(5);
        try (Learner learner = Learner.fresh(config)) {
            List<CritiquedPair> heldOut = Pairs.some(400, 2).stream()
                    .filter(pair -> learner.encoder().encode(pair).use() == Use.HOLD_OUT)
                    .toList();
            int count = heldOut.size();
            assertThat(count).isGreaterThan(15);
            List<List<CritiquedPair>> deliveries = List.of(
                    heldOut,
                    heldOut,
                    changed(heldOut, pair -> critiquedAgain(pair, "Quite another critique.")),
                    changed(
                            heldOut,
                            pair -> CritiquedPair.newBuilder(pair)
                                    .setRejectedCritiques(List.of())
                                    .build()));
            for (List<CritiquedPair> delivery : deliveries) {
                learn(learner, delivery);
                assertThat(learner.figures().trained()).isZero();
                assertThat(learner.evaluate().pairs()).isEqualTo(count);
            }
            for (UnaryOperator<String> form : List.<UnaryOperator<String>>of(
                    text -> "  " + text.replace(" ", " \n\t"),
                    text -> text.toUpperCase(Locale.ROOT),
                    text -> text.replace('A', '\uff21').replace(' ', '\u00a0').replace('1', '\uff11'))) {
                learn(learner, changed(heldOut, pair -> askedAs(pair, form)));
                assertThat(learner.figures().trained()).isZero();
            }
            assertThat(learner.figures().heldOut()).isEqualTo(7L * count);
            assertThat(learner.figures().steps()).isZero();
        }
    }

    private static LearnerConfig with(ReplayConfig replay, LabelConfig labels) {
        LearnerConfig d = LearnerConfig.defaults(5);
        return new LearnerConfig(
                d.start(), d.training(), d.heldOutFraction(), d.heldOutPairs(), replay, labels, d.windowPairs(), true);
    }

    private static List<CritiquedPair> changed(List<CritiquedPair> pairs, UnaryOperator<CritiquedPair> change) {
        return pairs.stream().map(change).toList();
    }

    private static CritiquedPair ofSource(CritiquedPair pair, String source) {
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setSource(source)
                        .build())
                .build();
    }

    private static CritiquedPair critiquedAgain(CritiquedPair pair, String text) {
        return CritiquedPair.newBuilder(pair)
                .setChosenCritiques(
                        List.of(Critique.newBuilder(pair.getChosenCritiques().get(0))
                                .setText(text)
                                .build()))
                .build();
    }

    private static CritiquedPair askedAs(CritiquedPair pair, UnaryOperator<String> form) {
        List<Message> prompt = pair.getPair().getPrompt().stream()
                .map(turn -> new Message(turn.getRole(), form.apply(turn.getContent())))
                .toList();
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setPrompt(prompt)
                        .build())
                .build();
    }

    @Test
    void shouldHandOutEachHeldOutPairOnceWhenPairsComeAgain() throws Exception {
        List<CritiquedPair> pairs = Pairs.some(200, 3);
        Checkpoint.Written written;
        List<HeldOutPair> first;
        try (Learner learner = Learner.fresh(LearnerConfig.defaults(5))) {
            learn(learner, pairs.subList(0, 96));
            first = learner.takeFresh();
            assertThat(first)
                    .hasSize((int) learner.figures().heldOut())
                    .containsExactlyInAnyOrderElementsOf(learner.heldOut());
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
    void shouldMeasureTheSamePairsWithoutCritiquesAsAModelThatNeverSeesOnesDoes() {
        LearnerConfig config = LearnerConfig.defaults(5);
        try (Learner both = Learner.fresh(config);
                Learner plain = Learner.fresh(config.withoutCritiques())) {
            List<CritiquedPair> pairs = Pairs.some(4 * BATCH, 3);
            int trained = learn(both, pairs).trained();
            learn(plain, pairs);

            PairFigures bare =
                    Objects.requireNonNull(both.figures().prequential().total().withoutCritique());
            PairFigures neverCritiqued =
                    Objects.requireNonNull(plain.figures().prequential().total().all());
            assertThat(trained).isPositive();
            // Also after many steps, to the last bit: critiques take nothing from what is learnt without them.
            assertThat(bare).isEqualTo(neverCritiqued);
            assertThat(both.figures().prequential().total().all()).isNotEqualTo(bare);
        }
    }

    @Test
    void shouldJudgeWhatCompletionsAreWorthByFreshPairsAloneWhenItReplays() throws Exception {
        // Sums that cannot be learnt, and critiques that say nothing: what is known of a pair was learnt by heart.
        List<CritiquedPair> pairs = Pairs.some(30 * BATCH, 3).stream()
                .map(pair -> CritiquedPair.newBuilder(pair)
                        .setRejectedCritiques(pair.getChosenCritiques())
                        .build())
                .toList();
        LearnerConfig d = LearnerConfig.defaults(5);
        LearnerConfig often = new LearnerConfig(
                d.start(),
                d.training().withLearningRate(4e-3),
                d.heldOutFraction(),
                d.heldOutPairs(),
                new ReplayConfig(0.75, 6, 30, 64),
                d.labels(),
                d.windowPairs(),
                true);
        try (Learner learner = Learner.fresh(often)) {
            learn(learner, pairs);
            Path weights = learner.save(folder, null).folder().resolve(Checkpoint.WEIGHTS);
            List<Float> trust = new ArrayList<>();
            try (SafetensorsFile file = SafetensorsFile.open(weights)) {
                file.read("critique.trust", chunk -> trust.add(chunk.get(0)));
            }
            System.out.println("trust in completions: " + trust);
            assertThat(trust.get(0)).isLessThan(0.02f);
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
