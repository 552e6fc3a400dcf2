package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.Turn;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts of any length in the binary form of a learner's state: the length in bytes, then UTF-8. */
final class Texts {
    private static final int LONGEST = 1 << 26;
    private static final int MOST_TURNS = 1 << 20;

    private Texts() {}

    static void write(String text, DataOutput out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String read(DataInput in) throws IOException {
        byte[] bytes = new byte[inRange(in.readInt(), LONGEST)];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void write(TrainingPair pair, DataOutput out) throws IOException {
        write(pair.chosen(), out);
        write(pair.rejected(), out);
        out.writeDouble(pair.margin());
        out.writeBoolean(pair.tie());
    }

    static TrainingPair readPair(DataInput in) throws IOException {
        return new TrainingPair(readInput(in), readInput(in), in.readDouble(), in.readBoolean());
    }

    private static void write(RewardInput input, DataOutput out) throws IOException {
        out.writeInt(input.prompt().size());
        for (Turn turn : input.prompt()) {
            write(turn.role(), out);
            write(turn.content(), out);
        }
        write(input.completion(), out);
        String critique = input.critique();
        out.writeBoolean(critique != null);
        if (critique != null) {
            write(critique, out);
        }
    }

    private static RewardInput readInput(DataInput in) throws IOException {
        int turns = inRange(in.readInt(), MOST_TURNS);
        List<Turn> prompt = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            prompt.add(new Turn(read(in), read(in)));
        }
        String completion = read(in);
        @Nullable String critique = in.readBoolean() ? read(in) : null;
        return new RewardInput(prompt, completion, critique);
    }

    private static int inRange(int length, int most) throws IOException {
        if (length < 0 || length > most) {
            throw new IOException("A length of " + length + " is out of range: the file is damaged.");
        }
        return length;
    }
}
