package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.internal.BatchGradient.Logits;
import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Optimiser;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A step that was handed to the device. Its figures are read when somebody asks for them, so that a GPU need not stop
 * after every step. For the trainer's thread.
 */
public final class PendingStep {

    /** The place of a pair that was not shown once more without critiques. */
    static final int NOWHERE = -1;

    private final RewardModelTrainer trainer;
    private final List<Pass> passes;
    private final Optimiser.Result update;
    private final int[] bareAt;
    private final int shown;
    private @Nullable StepResult result;

    /**
     * @param bareAt where each pair stands once more without its critiques among the pairs shown; {@link #NOWHERE} for one that
     *     does not
     * @param shown pairs shown, first those of the batch
     */
    PendingStep(RewardModelTrainer trainer, List<Pass> passes, Optimiser.Result update, int[] bareAt, int shown) {
        this.trainer = trainer;
        this.passes = passes;
        this.update = update;
        this.bareAt = bareAt;
        this.shown = shown;
    }

    /**
     * The figures; waits for the device.
     *
     * @throws IllegalStateException when the loss was not finite for too many steps in a row
     */
    public StepResult result() {
        if (result == null) {
            trainer.readUpTo(this);
        }
        if (result == null) {
            throw new IllegalStateException("The step was not read before its trainer was closed.");
        }
        return result;
    }

    /** Reads what the device made. The step number is the trainer's, once it has counted this step. */
    StepResult read(long stepsBefore) {
        Logits logits = Logits.of(shown);
        double loss = 0;
        for (Pass pass : passes) {
            loss += pass.read(logits);
        }
        float[] normAndSkip = update.read();
        boolean skipped = normAndSkip[1] != 0;
        result = new StepResult(
                skipped ? stepsBefore : stepsBefore + 1,
                loss,
                normAndSkip[0],
                Arrays.copyOf(logits.chosen(), bareAt.length),
                Arrays.copyOf(logits.rejected(), bareAt.length),
                bare(logits.chosen(), logits.chosenBare()),
                bare(logits.rejected(), logits.rejectedBare()),
                skipped);
        return result;
    }

    /** What was read beside the critiques, or of the showing without them. */
    private double[] bare(double[] shownAgain, double[] besideCritiques) {
        return IntStream.range(0, bareAt.length)
                .mapToDouble(i -> bareAt[i] == NOWHERE ? besideCritiques[i] : shownAgain[bareAt[i]])
                .toArray();
    }

    void close() {
        if (result == null) {
            passes.forEach(Pass::close);
            update.close();
        }
    }
}
