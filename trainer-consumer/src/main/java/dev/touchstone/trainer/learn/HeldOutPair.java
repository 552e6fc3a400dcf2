package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.text.EncodedPair;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A pair that is never trained on.
 *
 * @param pair both sides as token ids, with their critiques
 * @param chosenLength length of the chosen completion, characters
 * @param rejectedLength length of the rejected completion, characters
 */
record HeldOutPair(EncodedPair pair, int chosenLength, int rejectedLength) {
    void writeTo(DataOutput out) throws IOException {
        pair.writeTo(out);
        out.writeInt(chosenLength);
        out.writeInt(rejectedLength);
    }

    static HeldOutPair readFrom(DataInput in) throws IOException {
        return new HeldOutPair(EncodedPair.readFrom(in), in.readInt(), in.readInt());
    }
}
