package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.SafetensorsFile;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        try (RewardModelTrainer trainer = ToyTask.builtIn(1)) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 64, 3);
            for (int i = 0; i < 60; i++) {
                trainer.step(pairs.subList(32 * (i % 2), 32 * (i % 2) + 32));
            }
            assertThat(ToyTask.accuracy(trainer::score, pairs)).isEqualTo(1.0);
            assertThat(ToyTask.accuracy(trainer::score, ToyTask.pairs(trainer.format(), 200, 4)))
                    .isGreaterThan(0.97);
        }
    }

    @Test
    void shouldReturnTheLogitsBeforeTheUpdateWhenStepping() {
        try (RewardModelTrainer trainer = small(TrainingConfig.defaults(1))) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 8, 3);
            double[] bare = trainer.score(
                    bare(trainer, pairs).stream().map(EncodedPair::chosen).toList());
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
            assertThat(result.chosenBare()).containsExactly(bare, within(1e-5));
            assertThat(result.step()).isEqualTo(1);
        }
    }

    @Test
    void shouldShowTheWantedShareOfPairsWithoutCritiquesTooWhenTheyArePartOfTheInput() throws Exception {
        TrainingConfig config = TrainingConfig.defaults(1).withWithheldShare(0.25);
        try (RewardModelTrainer trainer = llama(config)) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 32, 3);
            int bare = 0;
            List<String> patterns = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                double[] shown = trainer.step(pairs).chosenBare();
                patterns.add(Arrays.toString(
                        Arrays.stream(shown).map(Math::signum).map(Math::abs).toArray())); // NaN or 1
                bare += (int) Arrays.stream(shown).filter(Double::isFinite).count();
            }
            assertThat(bare / 1280.0).isCloseTo(0.25, within(0.05));
            assertThat(patterns.stream().distinct().count()).isEqualTo(40);
        }
    }

    @Test
    void shouldLearnFromBothWaysOfShowingAPairWhenCritiquesArePartOfTheInput() throws Exception {
        TrainingConfig both = TrainingConfig.defaults(1);
        try (RewardModelTrainer trainer = llama(both);
                RewardModelTrainer other = llama(both.withWithheldShare(0))) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 8, 3);
            List<EncodedPair> bare = bare(trainer, pairs);
            double[] bareBefore =
                    trainer.score(bare.stream().map(EncodedPair::chosen).toList());

            StepResult result = trainer.step(pairs);
            StepResult written =
                    other.step(Stream.concat(pairs.stream(), bare.stream()).toList());

            assertThat(result.chosen()).hasSize(8);
            assertThat(result.chosenBare()).containsExactly(bareBefore, within(1e-5));
            assertThat(result.loss()).isEqualTo(written.loss());
            List<EncodedInput> asked =
                    List.of(pairs.get(0).chosen(), bare.get(0).chosen());
            assertThat(trainer.score(asked)).isEqualTo(other.score(asked));
            assertThat(trainer.pairs()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldLearnFromInputsBitByBitAsWithoutCritiquesWhenTheyHaveAReaderOfTheirOwn(int heads) throws Exception {
        // A clip that always bites: what critiques teach must not shorten the steps of what reads inputs.
        TrainingConfig config =
                TrainingConfig.defaults(1).toBuilder().clipNorm(0.05).build();
        // Several passes to a step, and critiques of any length: they must not decide which pairs share a pass.
        Compute small = Compute.cpu().with(256, false);
        Random random = new Random(5);
        try (RewardModelTrainer with = ToyTask.builtIn(config, heads, small);
                RewardModelTrainer without = ToyTask.builtIn(config, heads, small)) {
            for (int i = 0; i < 12; i++) {
                List<EncodedPair> pairs = ToyTask.pairs(with.format(), 16, 100 + i).stream()
                        .map(pair -> new EncodedPair(
                                critiqued(pair.chosen(), random), critiqued(pair.rejected(), random), 0))
                        .toList();
                StepResult critiqued = with.step(pairs);
                StepResult plain = without.step(bare(without, pairs));
                for (int k = 0; k < pairs.size(); k++) {
                    boolean has = pairs.get(k).critiqued();
                    assertThat(has ? critiqued.chosenBare()[k] : critiqued.chosen()[k])
                            .isEqualTo(plain.chosen()[k]);
                    assertThat(Double.isNaN(critiqued.chosenBare()[k])).isEqualTo(!has);
                    assertThat(has ? critiqued.rejectedBare()[k] : critiqued.rejected()[k])
                            .isEqualTo(plain.rejected()[k]);
                }
                assertThat(plain.chosenBare()).containsOnly(Double.NaN);
            }
            List<EncodedPair> unseen = ToyTask.pairs(with.format(), 20, 7);
            List<EncodedInput> asked =
                    bare(with, unseen).stream().map(EncodedPair::chosen).toList();
            assertThat(with.score(asked)).isEqualTo(without.score(asked));
            List<EncodedInput> critiques =
                    unseen.stream().map(EncodedPair::chosen).toList();
            assertThat(with.score(critiques)).isNotEqualTo(with.score(asked));
            Map<String, float[]> learnt = tensors(with.checkpoint(root, "with", NOTHING));
            Map<String, float[]> expected = tensors(without.checkpoint(root, "without", NOTHING));
            learnt.forEach((name, values) -> {
                if (name.startsWith("critique.")) {
                    assertThat(values).as(name).isNotEqualTo(expected.get(name));
                } else {
                    assertThat(values).as(name).isEqualTo(expected.get(name));
                }
            });
            assertThat(learnt.keySet()).anyMatch(name -> name.startsWith("critique."));
        }
    }

    /** The same input with a critique of up to 40 tokens beside it, or with none. */
    private static EncodedInput critiqued(EncodedInput input, Random random) {
        int[] critique = random.ints(random.nextInt(41), 20, 2000).toArray();
        return new EncodedInput(input.ids(), random.nextInt(3) == 0 ? new int[0] : critique, false);
    }

    @Test
    void shouldJudgeWhatInputsAreWorthByUnseenPairsAloneWhenTheyStandBesideCritiques() throws Exception {
        try (RewardModelTrainer trainer = small(TrainingConfig.defaults(1))) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 16, 3);
            for (int i = 0; i < 10; i++) {
                trainer.step(pairs, 0);
            }
            assertThat(tensors(trainer.checkpoint(root, "seen", NOTHING)).get("critique.trust"))
                    .containsExactly(0.1f);
            List<EncodedPair> turned = pairs.stream()
                    .map(pair -> new EncodedPair(pair.rejected(), pair.chosen(), 0))
                    .toList();
            for (int i = 0; i < 10; i++) {
                // Inputs have learnt the contrary of what unseen pairs say.
                trainer.step(turned, turned.size());
                trainer.step(pairs, 0);
                trainer.step(pairs, 0);
            }
            float[] trust = tensors(trainer.checkpoint(root, "unseen", NOTHING)).get("critique.trust");
            assertThat(trust).isNotNull();
            assertThat(trust[0]).isLessThan(0.09f);
            for (int i = 0; i < 60; i++) {
                trainer.step(turned, turned.size());
                trainer.step(pairs, 0);
                trainer.step(pairs, 0);
            }
            // Never turned round: a step beyond nothing is taken back at once.
            assertThat(tensors(trainer.checkpoint(root, "contrary", NOTHING)).get("critique.trust")[0])
                    .isBetween(-0.01f, 0.01f);
            assertThatThrownBy(() -> trainer.step(pairs, 17)).hasMessageContaining("cannot be unseen");
            assertThatThrownBy(() -> trainer.step(pairs, -1)).hasMessageContaining("cannot be unseen");
        }
    }

    private static Map<String, float[]> tensors(Checkpoint.Written written) throws Exception {
        Map<String, float[]> tensors = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(written.folder().resolve(Checkpoint.WEIGHTS))) {
            for (String name : file.tensors().keySet()) {
                List<float[]> pieces = new ArrayList<>();
                file.read(name, chunk -> {
                    float[] piece = new float[chunk.remaining()];
                    chunk.get(piece);
                    pieces.add(piece);
                });
                assertThat(pieces).hasSize(1);
                tensors.put(name, pieces.get(0));
            }
        }
        return tensors;
    }

    @Test
    void shouldTellTheLossOfTheRewardsThatServeWhenSomePairsHaveCritiques() {
        TrainingConfig config =
                TrainingConfig.defaults(1).toBuilder().centring(0).build();
        try (RewardModelTrainer trainer = small(config)) {
            List<EncodedPair> critiqued = ToyTask.pairs(trainer.format(), 8, 3);
            EncodedPair half = new EncodedPair(
                    critiqued.get(0).chosen(),
                    trainer.format().withoutCritique(critiqued.get(0).rejected()),
                    0);
            List<EncodedPair> pairs = Stream.of(critiqued.stream(), bare(trainer, critiqued).stream(), Stream.of(half))
                    .flatMap(part -> part)
                    .toList();
            for (int i = 0; i < 5; i++) {
                trainer.step(pairs);
            }
            StepResult result = trainer.step(pairs);
            double loss = 0;
            for (int i = 0; i < pairs.size(); i++) {
                loss += Math.log1p(Math.exp(result.rejected()[i] - result.chosen()[i])) / pairs.size();
            }
            assertThat(result.loss()).isCloseTo(loss, within(1e-5));
            assertThat(result.chosen()[0]).isNotEqualTo(result.chosen()[8]);
            assertThat(result.chosenBare()[0]).isCloseTo(result.chosen()[8], within(1e-5));
            assertThat(result.chosen()[16]).isCloseTo(result.chosen()[0], within(1e-5));
            assertThat(result.rejected()[16]).isCloseTo(result.rejected()[8], within(1e-5));
            assertThat(result.rejectedBare()[16]).isEqualTo(result.rejected()[16]);
        }
    }

    private static List<EncodedPair> bare(RewardModelTrainer trainer, List<EncodedPair> pairs) {
        return pairs.stream().map(trainer.format()::withoutCritiques).toList();
    }

    @Test
    void shouldShowPairsOnceWhenTheyHaveNoCritiques() throws Exception {
        try (RewardModelTrainer trainer = llama(TrainingConfig.defaults(1).withWithheldShare(1))) {
            List<EncodedPair> bare = ToyTask.pairs(trainer.format(), 8, 3).stream()
                    .map(trainer.format()::withoutCritiques)
                    .toList();
            assertThat(trainer.step(bare).chosenBare()).containsOnly(Double.NaN);
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
        try (RewardModelTrainer trainer = ToyTask.builtIn(1)) {
            ToyTask.steps(trainer, 0, 5);
            middle = trainer.checkpoint(root, "middle", Map.of("mine.bin", new byte[] {1, 2}));
            ToyTask.steps(trainer, 5, 7);
        }
        Checkpoint opened = Checkpoint.open(middle.folder());
        assertThat(opened.extra()).containsOnlyKeys("mine.bin");
        try (RewardModelTrainer resumed = RewardModelTrainer.resume(opened, TrainingConfig.defaults(1))) {
            assertThat(resumed.steps()).isEqualTo(5);
            assertThat(resumed.pairs()).isEqualTo(40);
            ToyTask.steps(resumed, 5, 12);
            assertThat(resumed.checkpoint(root, "resumed", NOTHING).sha256()).isEqualTo(undisturbed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldChangeNothingWhenTheLossIsNotFinite(int heads) throws Exception {
        TrainingConfig config =
                TrainingConfig.defaults(1).toBuilder().averageDecay(0.9).build();
        try (RewardModelTrainer trainer = ToyTask.builtIn(config, heads, Compute.cpu())) {
            ToyTask.steps(trainer, 0, 3);
            List<String> before = tensors(trainer, "before");
            EncodedPair pair = ToyTask.pairs(trainer.format(), 1, 3).get(0);
            EncodedPair impossible = new EncodedPair(pair.chosen(), pair.rejected(), 1e300);
            StepResult result = trainer.step(List.of(pair, impossible));
            assertThat(result.skipped()).isTrue();
            assertThat(result.step()).isEqualTo(3);
            assertThat(trainer.skippedSteps()).isEqualTo(1);
            assertThat(trainer.steps()).isEqualTo(3);
            assertThat(trainer.pairs()).isEqualTo(24);
            assertThat(tensors(trainer, "after")).isEqualTo(before);
            assertThat(trainer.step(List.of(pair)).skipped()).isFalse();
            for (int i = 1; i < config.maxSkipped(); i++) {
                trainer.step(List.of(impossible));
            }
            assertThatThrownBy(() -> trainer.step(List.of(impossible)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("8 steps in a row");
        }
    }

    @Test
    void shouldCountSkippedStepsInARowOnWhenResumed() throws Exception {
        TrainingConfig config =
                TrainingConfig.defaults(1).toBuilder().maxSkipped(3).build();
        Path folder;
        try (RewardModelTrainer trainer = small(config)) {
            trainer.step(List.of(impossible(trainer)));
            trainer.step(List.of(impossible(trainer)));
            folder = trainer.checkpoint(root, "two", NOTHING).folder();
        }
        try (RewardModelTrainer resumed = RewardModelTrainer.resume(Checkpoint.open(folder), config)) {
            assertThat(resumed.skippedSteps()).isEqualTo(2);
            assertThatThrownBy(() -> resumed.step(List.of(impossible(resumed))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("3 steps in a row");
        }
    }

    private static EncodedPair impossible(RewardModelTrainer trainer) {
        EncodedPair pair = ToyTask.pairs(trainer.format(), 1, 3).get(0);
        return new EncodedPair(pair.chosen(), pair.rejected(), 1e300);
    }

    /** Weights with their average, and AdamW's moments; without the counters. */
    private List<String> tensors(RewardModelTrainer trainer, String name) throws Exception {
        Path folder = trainer.checkpoint(root, name, NOTHING).folder();
        return List.of(
                sha256(folder.resolve("model.safetensors")), sha256(folder.resolve("training_state.safetensors")));
    }

    @Test
    void shouldScoreAlikeWhenAnInputIsAloneOrInABatch() {
        try (RewardModelTrainer trainer = ToyTask.builtIn(1)) {
            List<EncodedInput> inputs = ToyTask.pairs(trainer.format(), 50, 9).stream()
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
        assertThatThrownBy(() -> TrainingConfig.defaults(1).withWithheldShare(1.1))
                .hasMessageContaining("withheldShare");
        assertThatThrownBy(() -> new BuiltInConfig(10, 1, 4, 8, 64, 300)).hasMessageContaining("dim");
        assertThatThrownBy(() -> Torch.start(2)).hasMessageContaining("already runs with 1");
        try (RewardModelTrainer trainer = ToyTask.builtIn(1)) {
            assertThatThrownBy(() -> trainer.step(List.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private String trained(long seed, int steps, String name) throws Exception {
        try (RewardModelTrainer trainer = ToyTask.builtIn(seed)) {
            ToyTask.steps(trainer, 0, steps);
            return trainer.checkpoint(root, name, NOTHING).sha256();
        }
    }

    private RewardModelTrainer llama(TrainingConfig config) throws Exception {
        Path folder = root.resolve("llama");
        TinyCheckpoint tiny = new TinyCheckpoint(Family.LLAMA, 1, 1);
        StoredModel model = Files.exists(folder) ? StoredModel.open(folder) : tiny.in(folder);
        return RewardModelTrainer.start(model, config, Compute.cpu());
    }

    private static RewardModelTrainer small(TrainingConfig config) {
        return ToyTask.builtIn(config, 1, Compute.cpu());
    }
}
