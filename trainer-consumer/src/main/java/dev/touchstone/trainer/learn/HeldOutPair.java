package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

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

    /** Where it stands in the line of all held-out pairs: a salted hash of its content, which critiques are no part of. */
    String place(String salt) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            DataOutputStream out = new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), hash));
            Texts.write(salt, out);
            Texts.write(new TrainingPair(bare(text.chosen()), bare(text.rejected()), 0), out);
            out.flush();
            return HexFormat.of().formatHex(hash.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Hashing failed", e);
        }
    }

    private static RewardInput bare(RewardInput side) {
        return new RewardInput(side.prompt(), side.completion(), null);
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
