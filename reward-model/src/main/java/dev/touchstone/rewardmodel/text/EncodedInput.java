package dev.touchstone.rewardmodel.text;

import java.util.Arrays;

/**
 * One input as token ids. The array belongs to the record: nobody changes it.
 *
 * @param ids token ids, at least one, at most the model's maxTokens
 * @param truncated whether anything was left out to fit the limit
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedInput(int[] ids, boolean truncated) {

    public EncodedInput {
        if (ids.length == 0) {
            throw new IllegalArgumentException("An encoded input holds at least one token.");
        }
    }

    /** Number of tokens. */
    public int length() {
        return ids.length;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EncodedInput other && truncated == other.truncated && Arrays.equals(ids, other.ids);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Boolean.hashCode(truncated);
    }

    @Override
    public String toString() {
        return "EncodedInput[" + ids.length + " tokens" + (truncated ? ", truncated]" : "]");
    }
}
