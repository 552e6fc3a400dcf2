package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** For one thread. Trains one model of one arm, keeps the figures of the checkpoint that is best on validation. */
final class ArmRun implements AutoCloseable {
    private static final int BATCH = 64;

    private final RewardModelTrainer trainer;
    private final ModelSize size;

    ArmRun(ModelSize size, TrainingConfig training, Tokenizer tokenizer) {
        this.size = size;
        trainer = RewardModelTrainer.create(size.config(tokenizer.vocabulary()), training, tokenizer, size.compute());
    }

    Encoded encoded(Arm arm, List<Pair> pairs, Critic critic) {
        List<EncodedInput> chosen = new ArrayList<>(pairs.size());
        List<EncodedInput> rejected = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            chosen.add(trainer.format().encode(arm.input(pairs, pair, true, critic)));
            rejected.add(trainer.format().encode(arm.input(pairs, pair, false, critic)));
        }
        return new Encoded(chosen, rejected);
    }

    /**
     * Trains, and tests the checkpoint that is best on validation.
     *
     * @param steps of the optimiser
     * @param every so many steps validation is asked
     */
    BestCheckpoint<Double> train(
            Encoded training, Encoded validation, Map<String, Encoded> tests, int steps, int every, Random order)
            throws IOException, CheckpointException {
        return BestCheckpoint.of(
                trainer,
                size.compute(),
                new BestCheckpoint.Schedule(BATCH, steps, every),
                training,
                validation,
                tests,
                Wins::share,
                order);
    }

    @Override
    public void close() {
        trainer.close();
    }
}
