package dev.touchstone.rewardmodel.text;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A labelled comparison as token ids.
 *
 * @param chosen the preferred side
 * @param rejected the other side
 * @param margin see {@link dev.touchstone.rewardmodel.TrainingPair}
 * @param tie see {@link dev.touchstone.rewardmodel.TrainingPair}
 */
public record EncodedPair(EncodedInput chosen, EncodedInput rejected, double margin, boolean tie) {

    private static final int MAX_LENGTH = 1 << 20;

    /** A pair whose chosen side is the better one. */
    public EncodedPair(EncodedInput chosen, EncodedInput rejected, double margin) {
        this(chosen, rejected, margin, false);
    }

    /** Whether a critique stands beside one side at least. */
    public boolean critiqued() {
        return chosen.critiqued() || rejected.critiqued();
    }

    /** Tokens of both sides. */
    public int length() {
        return chosen.length() + rejected.length();
    }

    /** Writes this pair in a form that depends on its content alone. */
    public void writeTo(DataOutput out) throws IOException {
        write(chosen, out);
        write(rejected, out);
        out.writeDouble(margin);
        out.writeBoolean(tie);
    }

    /** Reads what {@link #writeTo} wrote. */
    public static EncodedPair readFrom(DataInput in) throws IOException {
        return new EncodedPair(read(in), read(in), in.readDouble(), in.readBoolean());
    }

    private static void write(EncodedInput input, DataOutput out) throws IOException {
        out.writeBoolean(input.truncated());
        write(input.ids(), out);
        write(input.critique(), out);
    }

    private static void write(int[] ids, DataOutput out) throws IOException {
        out.writeInt(ids.length);
        for (int id : ids) {
            out.writeInt(id);
        }
    }

    private static EncodedInput read(DataInput in) throws IOException {
        boolean truncated = in.readBoolean();
        return new EncodedInput(readIds(in, 1), readIds(in, 0), truncated);
    }

    private static int[] readIds(DataInput in, int least) throws IOException {
        int length = in.readInt();
        if (length < least || length > MAX_LENGTH) {
            throw new IOException("An encoded input of " + length + " tokens is out of range: the file is damaged.");
        }
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = in.readInt();
        }
        return ids;
    }
}
