package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A pair that is never trained on.
 *
 * @param text both sides, with their critiques, as they came: probes change them
 * @param pair the same as token ids
 * @param source where it comes from; empty where it does not say
 */
public record HeldOutPair(TrainingPair text, EncodedPair pair, String source) {
    /** Length of the chosen completion, characters. */
    public int chosenLength() {
        return text.chosen().completion().length();
    }

    /** Length of the rejected completion, characters. */
    public int rejectedLength() {
        return text.rejected().completion().length();
    }

    void writeTo(DataOutput out) throws IOException {
        Texts.write(text, out);
        pair.writeTo(out);
        Texts.write(source, out);
    }

    static HeldOutPair readFrom(DataInput in) throws IOException {
        return new HeldOutPair(Texts.readPair(in), EncodedPair.readFrom(in), Texts.read(in));
    }
}
