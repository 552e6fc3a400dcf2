package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Path;
import java.util.List;

/** Our way from pairs of texts to updated weights, a batch per step: tokenise, then learn. */
final class TextSteps implements AutoCloseable {

    private final RewardModelTrainer trainer;
    private final List<TrainingPair> texts;
    private final int pairs;
    private int next;

    /**
     * @param folder what {@link SmallLlama#write} wrote
     */
    TextSteps(SmallLlama model, Path folder, Precision precision) throws CheckpointException {
        Compute compute = Compute.cpu().with(precision);
        this.trainer = RewardModelTrainer.start(SmallLlama.open(folder), StepShape.training(), compute);
        this.texts = model.texts();
        this.pairs = model.pairs();
    }

    /** Learns from the next batch of texts; returns the loss before the update. */
    double step() {
        List<EncodedPair> batch = texts.subList(next, next + pairs).stream()
                .map(trainer.format()::encode)
                .toList();
        next = (next + pairs) % texts.size();
        return trainer.step(batch).loss();
    }

    @Override
    public void close() {
        trainer.close();
    }
}
