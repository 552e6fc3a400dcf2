package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Optimiser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step that was handed to the device. Its figures are read when somebody asks for them, so that a GPU need not stop
 * after every step. For the trainer's thread.
 */
public final class PendingStep {

    private final RewardModelTrainer trainer;
    private final List<Pass> passes;
    private final Optimiser.Result update;
    private final boolean[] withheld;
    private @Nullable StepResult result;

    PendingStep(RewardModelTrainer trainer, List<Pass> passes, Optimiser.Result update, boolean[] withheld) {
        this.trainer = trainer;
        this.passes = passes;
        this.update = update;
        this.withheld = withheld;
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
        int n = withheld.length;
        double[] chosen = new double[n];
        double[] rejected = new double[n];
        double loss = 0;
        for (Pass pass : passes) {
            loss += pass.read(chosen, rejected);
        }
        float[] normAndSkip = update.read();
        boolean skipped = normAndSkip[1] != 0;
        result = new StepResult(
                skipped ? stepsBefore : stepsBefore + 1, loss, normAndSkip[0], chosen, rejected, withheld, skipped);
        return result;
    }

    void close() {
        if (result == null) {
            passes.forEach(Pass::close);
            update.close();
        }
    }
}
