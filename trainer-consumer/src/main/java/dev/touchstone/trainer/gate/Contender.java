package dev.touchstone.trainer.gate;

import dev.touchstone.rewardmodel.RewardInput;
import java.util.List;

/** A version of the model that rewards can be had from. */
@FunctionalInterface
public interface Contender {
    /** Logits in the order of the inputs; NaN for one that the version refuses. */
    double[] rewards(List<RewardInput> inputs);
}
