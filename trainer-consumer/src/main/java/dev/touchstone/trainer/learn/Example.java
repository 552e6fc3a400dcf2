package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.text.EncodedPair;
import org.jspecify.annotations.Nullable;

/**
 * A critiqued pair, ready to be learnt from.
 *
 * @param text both sides as they came; without critiques unless both sides have one
 * @param pair the same as token ids
 * @param use what becomes of it
 * @param critic who wrote the critiques; null where the pair has none
 * @param source where the pair comes from; empty where it does not say
 */
public record Example(
        TrainingPair text,
        EncodedPair pair,
        Use use,
        @Nullable Critic critic,
        String source) {
    private static final int LONGEST_NAME = 200;

    /** Cuts off names of absurd length: they are kept with the model. */
    public Example {
        source = shortened(source);
    }

    /** What becomes of a pair. */
    public enum Use {
        /** The model learns from it. */
        TRAIN,
        /** It is kept aside to measure the model. */
        HOLD_OUT,
        /** Its label prefers neither side: nothing to rank. */
        SKIP
    }

    /**
     * A critic as the reward model knows it: another of either is another dialect.
     *
     * @param model name of the model
     * @param promptVersion version of its prompt template
     */
    public record Critic(String model, String promptVersion) implements Comparable<Critic> {
        /** Cuts off names of absurd length: they are kept with the model. */
        public Critic {
            model = shortened(model);
            promptVersion = shortened(promptVersion);
        }

        @Override
        public int compareTo(Critic other) {
            int byModel = model.compareTo(other.model);
            return byModel != 0 ? byModel : promptVersion.compareTo(other.promptVersion);
        }
    }

    private static String shortened(String name) {
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }
}
