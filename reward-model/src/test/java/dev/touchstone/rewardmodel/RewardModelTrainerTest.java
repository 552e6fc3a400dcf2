package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardModelTrainerTest {

    private static final Map<String, byte[]> NOTHING = Map.of();

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldLearnToTellAllPairsApartWhenTheyAreSeparable() {
        try (RewardModelTrainer trainer = small(1)) {
            List<EncodedPair> pairs = toyPairs(trainer, 64, 3);
            for (int i = 0; i < 60; i++) {
                trainer.step(pairs.subList(32 * (i % 2), 32 * (i % 2) + 32));
            }
            assertThat(accuracy(trainer, pairs)).isEqualTo(1.0);
            assertThat(accuracy(trainer, toyPairs(trainer, 200, 4))).isGreaterThan(0.97);
        }
    }

    @Test
    void shouldReturnTheLogitsBeforeTheUpdateWhenStepping() {
        TrainingConfig config = TrainingConfig.defaults(1).withCritiqueDropout(0);
        try (RewardModelTrainer trainer = small(config)) {
            List<EncodedPair> pairs = toyPairs(trainer, 8, 3);
            double[] before =
                    trainer.score(pairs.stream().map(EncodedPair::chosen).toList());
            StepResult result = trainer.step(pairs);
            double[] after =
                    trainer.score(pairs.stream().map(EncodedPair::chosen).toList());
            double moved = 0;
            for (int i = 0; i < 8; i++) {
                assertThat(result.chosen()[i]).isCloseTo(before[i], within(1e-5));
                moved = Math.max(moved, Math.abs(after[i] - before[i]));
            }
            assertThat(moved).isGreaterThan(1e-5);
            assertThat(result.critiqueWithheld()).containsOnly(false);
            assertThat(result.step()).isEqualTo(1);
        }
    }

    @Test
    void shouldWithholdAboutTheWantedShareOfCritiquesWhenStepping() {
        TrainingConfig config = TrainingConfig.defaults(1).withCritiqueDropout(0.25);
        try (RewardModelTrainer trainer = small(config)) {
            List<EncodedPair> pairs = toyPairs(trainer, 32, 3);
            int withheld = 0;
            List<boolean[]> patterns = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                StepResult result = trainer.step(pairs);
                patterns.add(result.critiqueWithheld());
                for (boolean b : result.critiqueWithheld()) {
                    withheld += b ? 1 : 0;
                }
            }
            assertThat(withheld / 1280.0).isCloseTo(0.25, within(0.05));
            assertThat(patterns.stream().map(Arrays::toString).distinct().count())
                    .isEqualTo(40);
        }
    }

    @Test
    void shouldGiveTheSameBitsWhenRunTwiceAndOthersWithAnotherSeed() throws Exception {
        String once = trained(1, 12, "a");
        assertThat(trained(1, 12, "b")).isEqualTo(once);
        assertThat(trained(2, 12, "c")).isNotEqualTo(once);
    }

    @Test
    void shouldGoOnBitByBitWhenResumedFromACheckpoint() throws Exception {
        String undisturbed = trained(1, 12, "whole");
        Checkpoint.Written middle;
        try (RewardModelTrainer trainer = small(1)) {
            steps(trainer, 0, 5);
            middle = trainer.checkpoint(root, "middle", Map.of("mine.bin", new byte[] {1, 2}));
            steps(trainer, 5, 7);
        }
        Checkpoint opened = Checkpoint.open(middle.folder());
        assertThat(opened.extra()).containsOnlyKeys("mine.bin");
        try (RewardModelTrainer resumed = RewardModelTrainer.resume(opened, TrainingConfig.defaults(1))) {
            assertThat(resumed.steps()).isEqualTo(5);
            assertThat(resumed.pairs()).isEqualTo(40);
            steps(resumed, 5, 12);
            assertThat(resumed.checkpoint(root, "resumed", NOTHING).sha256()).isEqualTo(undisturbed);
        }
    }

    @Test
    void shouldChangeNothingWhenTheLossIsNotFinite() throws Exception {
        try (RewardModelTrainer trainer = small(1)) {
            steps(trainer, 0, 3);
            String before = weights(trainer, "before");
            EncodedPair pair = toyPairs(trainer, 1, 3).get(0);
            EncodedPair impossible = new EncodedPair(pair.chosen(), pair.rejected(), 1e300);
            StepResult result = trainer.step(List.of(pair, impossible));
            assertThat(result.skipped()).isTrue();
            assertThat(result.step()).isEqualTo(3);
            assertThat(trainer.skippedSteps()).isEqualTo(1);
            assertThat(weights(trainer, "after")).isEqualTo(before);
            assertThat(trainer.step(List.of(pair)).skipped()).isFalse();
            for (int i = 1; i < TrainingConfig.defaults(1).maxSkipped(); i++) {
                trainer.step(List.of(impossible));
            }
            assertThatThrownBy(() -> trainer.step(List.of(impossible)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("8 steps in a row");
        }
    }

    private String weights(RewardModelTrainer trainer, String name) throws Exception {
        return Arrays.toString(
                Checkpoint.open(trainer.checkpoint(root, name, NOTHING).folder())
                        .weights());
    }

    @Test
    void shouldScoreAlikeWhenAnInputIsAloneOrInABatch() {
        try (RewardModelTrainer trainer = small(1)) {
            List<EncodedInput> inputs = toyPairs(trainer, 50, 9).stream()
                    .flatMap(pair -> Stream.of(pair.chosen(), trainer.format().withoutCritique(pair.rejected())))
                    .toList();
            double[] together = trainer.score(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                assertThat(trainer.score(List.of(inputs.get(i)))[0]).isCloseTo(together[i], within(1e-4));
            }
        }
    }

    @Test
    void shouldRefuseWhenSettingsMakeNoSense() {
        assertThatThrownBy(() -> TrainingConfig.defaults(1).withLearningRate(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learningRate");
        assertThatThrownBy(() -> TrainingConfig.defaults(1).withCritiqueDropout(1))
                .hasMessageContaining("critiqueDropout");
        assertThatThrownBy(() -> new BuiltInConfig(10, 1, 4, 8, 64, 300)).hasMessageContaining("dim");
        assertThatThrownBy(() -> Torch.start(2)).hasMessageContaining("already runs with 1");
        try (RewardModelTrainer trainer = small(1)) {
            assertThatThrownBy(() -> trainer.step(List.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private String trained(long seed, int steps, String name) throws Exception {
        try (RewardModelTrainer trainer = small(seed)) {
            steps(trainer, 0, steps);
            return trainer.checkpoint(root, name, NOTHING).sha256();
        }
    }

    private static void steps(RewardModelTrainer trainer, int from, int to) {
        for (int i = from; i < to; i++) {
            trainer.step(toyPairs(trainer, 8, 100 + i));
        }
    }

    static RewardModelTrainer small(long seed) {
        return small(TrainingConfig.defaults(seed));
    }

    private static RewardModelTrainer small(TrainingConfig config) {
        Tokenizer tokenizer = Tokenizer.builtIn();
        return RewardModelTrainer.create(
                new BuiltInConfig(32, 2, 2, 64, 96, tokenizer.vocabulary()), config, tokenizer);
    }

    /** Pairs that a single word of the completion tells apart. */
    static List<EncodedPair> toyPairs(RewardModelTrainer trainer, int count, long seed) {
        Random random = new Random(seed);
        List<String> words = List.of("river", "lamp", "stone", "bread", "paper", "music");
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    String word = words.get(random.nextInt(words.size()));
                    List<Turn> prompt = List.of(new Turn("user", "Use the word " + word + "."));
                    String rest = " and the " + words.get(random.nextInt(words.size())) + ".".repeat(random.nextInt(3));
                    return trainer.format()
                            .encode(new TrainingPair(
                                    new RewardInput(prompt, "The good " + word + rest, "Fine."),
                                    new RewardInput(prompt, "The bad " + word + rest, "Fine."),
                                    0));
                })
                .toList();
    }

    static double accuracy(RewardModelTrainer trainer, List<EncodedPair> pairs) {
        double[] chosen = trainer.score(pairs.stream().map(EncodedPair::chosen).toList());
        double[] rejected =
                trainer.score(pairs.stream().map(EncodedPair::rejected).toList());
        return IntStream.range(0, pairs.size())
                        .filter(i -> chosen[i] > rejected[i])
                        .count()
                / (double) pairs.size();
    }
}
