package dev.touchstone.rewardmodel.text;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;

/**
 * Renders an input as token ids, the same in training and in scoring. No text of a user can become a special token, open
 * a turn, or pose as the critique. Safe for several threads.
 *
 * <p>What does not fit is left out in this order: the middle of the completion, then the oldest turns of the prompt, then
 * the rest of the completion but for its ends. The critique and the last turn stay whole.
 */
public sealed interface InputFormat extends AutoCloseable permits ChatFormat, PlainFormat {

    /** The most tokens of an input, and of a critique that stands beside it. */
    int maxTokens();

    /**
     * One input.
     *
     * @throws InputRefusedException when the critique or the last turn leaves no room for the completion, or the model's
     *     chat template knows no such conversation
     */
    EncodedInput encode(RewardInput input);

    /**
     * An input that somebody has written by a chat template already: it gets no second one and no special tokens beside those
     * that stand in it, only the mark that there is no critique where the model knows one. What does not fit is left out at
     * its beginning.
     *
     * @param prompt what was written up to the completion; empty where it cannot be told from it
     * @param completion the rest, or all of it
     * @throws InputRefusedException when there is nothing to read
     */
    EncodedInput encodeTemplated(String prompt, String completion);

    /** The same input as if no critique had been given; what a critique in the model's input pushed out does not come back. */
    EncodedInput withoutCritique(EncodedInput input);

    /** Frees what the format owns; it is not used afterwards. */
    @Override
    void close();

    /** Both sides of a pair. */
    default EncodedPair encode(TrainingPair pair) {
        return new EncodedPair(encode(pair.chosen()), encode(pair.rejected()), pair.margin(), pair.tie());
    }

    /** The same pair as if neither side had a critique. */
    default EncodedPair withoutCritiques(EncodedPair pair) {
        return new EncodedPair(
                withoutCritique(pair.chosen()), withoutCritique(pair.rejected()), pair.margin(), pair.tie());
    }
}
