package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The built-in model with its defaults learns from critiques, at the pace that the quickstart counts on. */
class CritiqueLearningTest {

    private static final long SEED = 1;
    private static final int BATCH = 32;
    private static final int REPLAYS = 2;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldJudgeCleanPairsWhenTrainedOnNoisyCritiquedOnes() {
        try (RewardModelTrainer trainer = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(SEED))) {
            List<EncodedPair> stream = encoded(trainer, new CritiquedTask(101, 0.1).take(1024));
            List<EncodedPair> heldOut = encoded(trainer, new CritiquedTask(999, 0).take(400));
            Random random = new Random(SEED);
            long started = System.nanoTime();
            for (int from = 0; from < stream.size(); from += BATCH) {
                int to = from + BATCH;
                trainer.step(stream.subList(from, to));
                for (int replay = 0; replay < REPLAYS; replay++) {
                    List<EncodedPair> old = new ArrayList<>();
                    for (int i = 0; i < BATCH; i++) {
                        old.add(stream.get(random.nextInt(to)));
                    }
                    trainer.step(old);
                }
            }
            double milliseconds = (System.nanoTime() - started) / 1e6 / trainer.steps();
            double with = ToyTask.accuracy(trainer::score, heldOut);
            double without = ToyTask.accuracy(
                    trainer::score,
                    heldOut.stream().map(trainer.format()::withoutCritiques).toList());
            System.out.printf(
                    "seed %d, %d pairs: clean accuracy %.3f, with critiques withheld %.3f, %.0f ms a step%n",
                    SEED, stream.size(), with, without, milliseconds);
            assertThat(with).isGreaterThan(0.82);
            assertThat(with).isGreaterThan(without + 0.08);
        }
    }

    private static List<EncodedPair> encoded(RewardModelTrainer trainer, List<CritiquedTask.Sample> samples) {
        return samples.stream()
                .map(sample -> trainer.format().encode(sample.pair()))
                .toList();
    }
}
