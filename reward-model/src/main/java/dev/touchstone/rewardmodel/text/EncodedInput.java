package dev.touchstone.rewardmodel.text;

import java.util.Arrays;

/**
 * One input as token ids. The arrays belong to the record: nobody changes them.
 *
 * @param ids token ids of prompt and completion, at least one, at most the model's maxTokens; also of the critique where the
 *     model reads it as a part of its input
 * @param critique token ids of the critique where the model has a reader of its own for it, at most maxTokens; empty when
 *     there is none
 * @param truncated whether anything was left out to fit the limit
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedInput(int[] ids, int[] critique, boolean truncated) {

    private static final int[] NOTHING = {};

    public EncodedInput {
        if (ids.length == 0) {
            throw new IllegalArgumentException("An encoded input holds at least one token.");
        }
    }

    /** An input without a critique beside it. */
    public EncodedInput(int[] ids, boolean truncated) {
        this(ids, NOTHING, truncated);
    }

    /** The same without what stands beside it. */
    EncodedInput alone() {
        return critique.length == 0 ? this : new EncodedInput(ids, truncated);
    }

    /** Whether a critique stands beside it. */
    public boolean critiqued() {
        return critique.length > 0;
    }

    /** Number of tokens. */
    public int length() {
        return ids.length + critique.length;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EncodedInput other
                && truncated == other.truncated
                && Arrays.equals(ids, other.ids)
                && Arrays.equals(critique, other.critique);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(ids) + Arrays.hashCode(critique)) + Boolean.hashCode(truncated);
    }

    @Override
    public String toString() {
        return "EncodedInput[" + length() + " tokens" + (truncated ? ", truncated]" : "]");
    }
}
