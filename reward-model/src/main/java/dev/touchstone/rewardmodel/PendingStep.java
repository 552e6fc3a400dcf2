package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Optimiser;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step that was handed to the device. Its figures are read when somebody asks for them, so that a GPU need not stop
 * after every step. For the trainer's thread.
 */
public final class PendingStep {

    /** The place of a pair that was not shown without critiques. */
    static final int NOWHERE = -1;

    private final RewardModelTrainer trainer;
    private final List<Pass> passes;
    private final Optimiser.Result update;
    private final int[] bareAt;
    private final int shown;
    private @Nullable StepResult result;

    /**
     * @param bareAt where each pair stands without its critiques among the pairs shown; {@link #NOWHERE} for one that does not
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
        double[] chosen = new double[shown];
        double[] rejected = new double[shown];
        double loss = 0;
        for (Pass pass : passes) {
            loss += pass.read(chosen, rejected);
        }
        float[] normAndSkip = update.read();
        boolean skipped = normAndSkip[1] != 0;
        result = new StepResult(
                skipped ? stepsBefore : stepsBefore + 1,
                loss,
                normAndSkip[0],
                Arrays.copyOf(chosen, bareAt.length),
                Arrays.copyOf(rejected, bareAt.length),
                bare(chosen),
                bare(rejected),
                skipped);
        return result;
    }

    private double[] bare(double[] logits) {
        return Arrays.stream(bareAt)
                .mapToDouble(at -> at == NOWHERE ? Double.NaN : logits[at])
                .toArray();
    }

    void close() {
        if (result == null) {
            passes.forEach(Pass::close);
            update.close();
        }
    }
}
