package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several models in one process, each by several threads, while one more learns. */
class ConcurrentModelsTest {

    private static final long SEED = 71;
    private static final int ROUNDS = 20;

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda"})
    void shouldScoreAndLearnAsAloneWhenSeveralModelsRunAtOnce(String device) throws Exception {
        Compute compute = Devices.compute(device);
        List<RewardScorer> scorers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(9);
        try (RewardModelTrainer alone = ToyTask.builtIn(TrainingConfig.defaults(SEED), 1, compute);
                RewardModelTrainer beside = ToyTask.builtIn(TrainingConfig.defaults(SEED), 1, compute)) {
            scorers.add(RewardScorer.of(
                    Checkpoint.open(alone.checkpoint(root, "zero", Map.of()).folder()), compute));
            for (Family family : List.of(Family.LLAMA, Family.MISTRAL)) {
                StoredModel model = new TinyCheckpoint(family, 1, SEED).in(root.resolve(family.name()));
                scorers.add(RewardScorer.pretrained(model, compute));
            }
            scorers.add(adapted(compute));
            ToyTask.steps(alone, 0, ROUNDS);
            CyclicBarrier together = new CyclicBarrier(9);
            List<Future<Integer>> users = new ArrayList<>();
            for (RewardScorer scorer : scorers) {
                List<EncodedInput> inputs = ToyTask.pairs(scorer.format(), 20, SEED).stream()
                        .flatMap(pair -> Stream.of(pair.chosen(), pair.rejected()))
                        .toList();
                double[] expected = scorer.score(inputs);
                for (int i = 0; i < 2; i++) {
                    users.add(threads.submit(() -> {
                        together.await();
                        int wrong = 0;
                        for (int round = 0; round < ROUNDS; round++) {
                            wrong += Arrays.equals(scorer.score(inputs), expected) ? 0 : 1;
                        }
                        return wrong;
                    }));
                }
            }
            users.add(threads.submit(() -> {
                together.await();
                return ToyTask.steps(beside, 0, ROUNDS).size() - ROUNDS;
            }));
            for (Future<Integer> user : users) {
                assertThat(user.get(120, TimeUnit.SECONDS)).isZero();
            }
            if (device.equals("cpu")) {
                assertThat(beside.checkpoint(root, "beside", Map.of()).sha256())
                        .isEqualTo(alone.checkpoint(root, "alone", Map.of()).sha256());
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            scorers.forEach(RewardScorer::close);
        }
    }

    private RewardScorer adapted(Compute compute) throws Exception {
        StoredModel model = new TinyCheckpoint(Family.QWEN3, 1, SEED).in(root.resolve("below"));
        try (RewardModelTrainer trainer = RewardModelTrainer.start(
                model.withAdapters(LoraConfig.ofRank(2)), TrainingConfig.defaults(SEED), compute)) {
            List<EncodedPair> batch = ToyTask.pairs(trainer.format(), 8, SEED);
            trainer.step(batch);
            return RewardScorer.of(
                    Checkpoint.open(
                            trainer.checkpoint(root, "adapter", Map.of()).folder()),
                    compute);
        }
    }
}
