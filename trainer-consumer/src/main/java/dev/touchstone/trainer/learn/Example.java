package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.text.EncodedPair;
import org.jspecify.annotations.Nullable;

/**
 * A critiqued pair, ready to be learnt from.
 *
 * @param pair both sides as token ids; without critiques unless both sides have one
 * @param use what becomes of it
 * @param critic who wrote the critiques; null where the pair has none
 * @param chosenLength length of the chosen completion, characters
 * @param rejectedLength length of the rejected completion, characters
 */
public record Example(EncodedPair pair, Use use, @Nullable Critic critic, int chosenLength, int rejectedLength) {
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
        private static final int LONGEST = 200;

        /** Cuts off names of absurd length: they are kept with the model. */
        public Critic {
            model = model.substring(0, Math.min(model.length(), LONGEST));
            promptVersion = promptVersion.substring(0, Math.min(promptVersion.length(), LONGEST));
        }

        @Override
        public int compareTo(Critic other) {
            int byModel = model.compareTo(other.model);
            return byModel != 0 ? byModel : promptVersion.compareTo(other.promptVersion);
        }
    }
}
