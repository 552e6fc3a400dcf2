package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.InputRefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Scores texts, some of which a model may refuse. */
public final class TextRewards {
    private TextRewards() {}

    /**
     * Logits in the order of the inputs; NaN for a text that the format refuses.
     *
     * @param format how the model wants its inputs
     * @param score gives logits in the order of its inputs
     */
    public static double[] of(
            List<RewardInput> inputs, InputFormat format, Function<List<EncodedInput>, double[]> score) {
        double[] logits = new double[inputs.size()];
        Arrays.fill(logits, Double.NaN);
        List<EncodedInput> encoded = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            try {
                encoded.add(format.encode(inputs.get(i)));
                places.add(i);
            } catch (InputRefusedException e) {
                continue; // such as a critique that is too long on the other side
            }
        }
        double[] found = encoded.isEmpty() ? new double[0] : score.apply(encoded);
        for (int i = 0; i < found.length; i++) {
            logits[places.get(i)] = found[i];
        }
        return logits;
    }
}
