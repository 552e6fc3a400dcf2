package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a folder through training to a scorer, for each kind of model. */
class FamiliesTest {

    private static final long SEED = 4;

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, BUILT_IN, 1, 0", "cpu, BUILT_IN, 3, 0", "cpu, LLAMA, 1, 0", "cpu, MISTRAL, 1, 0", "cpu, QWEN2, 1, 0",
        "cpu, QWEN3, 1, 0", "cpu, LLAMA, 0, 0", "cpu, LLAMA, 1, 4", "cpu, QWEN3, 0, 4", "cpu, LLAMA, 3, 0",
        "cpu, QWEN2, 3, 4", "cuda, BUILT_IN, 1, 0", "cuda, LLAMA, 1, 0", "cuda, QWEN3, 3, 4"
    })
    void shouldTellAllPairsApartWhenTrainedSavedAndLoaded(String device, String family, int heads, int rank)
            throws Exception {
        System.out.printf("seed %d%n", SEED);
        Compute compute = Devices.compute(device);
        TrainingConfig config =
                TrainingConfig.defaults(SEED).toBuilder().learningRate(5e-3).build();
        Checkpoint.Written written;
        try (RewardModelTrainer trainer = begin(family, heads, rank, config, compute)) {
            List<EncodedPair> unseen = ToyTask.pairs(trainer.format(), 100, 7);
            double before = ToyTask.accuracy(trainer::score, unseen);
            // Random weights may happen to be right: then they have to learn the contrary.
            boolean turned = before > 0.5;
            unseen = turned(unseen, turned);
            for (int i = 0; i < 50; i++) {
                trainer.step(turned(ToyTask.pairs(trainer.format(), 8, 100 + i), turned));
            }
            assertThat(trainer.steps()).isEqualTo(50);
            written = trainer.checkpoint(root, null, Map.of());
            double[] served =
                    trainer.score(unseen.stream().map(EncodedPair::chosen).toList());
            try (RewardScorer scorer = RewardScorer.of(Checkpoint.open(written.folder()), compute)) {
                assertThat(scorer.sha256()).isEqualTo(written.sha256());
                assertThat(ToyTask.accuracy(scorer::score, unseen)).isEqualTo(1.0);
                assertThat(scorer.score(unseen.stream().map(EncodedPair::chosen).toList()))
                        .isEqualTo(served);
                Scores scores = scorer.scoreInputs(List.of(new RewardInput(List.of(), "The good lamp.", null)));
                if (heads > 1) {
                    assertThat(scores.spreads()).hasSize(1).doesNotContain(0.0);
                } else {
                    assertThat(scores.spreads()).isNull();
                }
            }
        }
    }

    private static List<EncodedPair> turned(List<EncodedPair> pairs, boolean turn) {
        return turn
                ? pairs.stream()
                        .map(pair -> new EncodedPair(pair.rejected(), pair.chosen(), pair.margin()))
                        .toList()
                : pairs;
    }

    private RewardModelTrainer begin(String family, int heads, int rank, TrainingConfig config, Compute compute)
            throws Exception {
        if (family.equals("BUILT_IN")) {
            return ToyTask.builtIn(config, heads, compute);
        }
        StoredModel model = new TinyCheckpoint(Family.valueOf(family), heads, SEED).in(root.resolve("base"));
        if (rank > 0) {
            model = model.withAdapters(LoraConfig.ofRank(rank));
        }
        return RewardModelTrainer.start(model, config, compute);
    }
}
