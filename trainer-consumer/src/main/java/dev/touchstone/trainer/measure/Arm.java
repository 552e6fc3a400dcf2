package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. Pairs of one kind: all of them as sums, and the newest ones as they are. */
final class Arm {
    private final ScoredPair[] newest;
    private final Tally total = new Tally();
    private long count;

    /** @param window how many of the newest pairs are kept, at least 1 */
    Arm(int window) {
        newest = new ScoredPair[window];
    }

    void add(ScoredPair pair) {
        newest[(int) (count++ % newest.length)] = pair;
        total.add(pair);
    }

    /** Figures of the newest pairs, or null while there is none. */
    @Nullable
    PairFigures window() {
        Tally tally = new Tally();
        // Oldest first: a sum of doubles depends on its order, and a figure must not depend on where the ring begins.
        for (long i = count - size(); i < count; i++) {
            tally.add(newest[(int) (i % newest.length)]);
        }
        return tally.figures();
    }

    /** Figures of all pairs since the model began, or null while there is none. */
    @Nullable
    PairFigures total() {
        return total.figures();
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(count);
        for (int i = 0; i < size(); i++) {
            out.writeDouble(newest[i].chosen());
            out.writeDouble(newest[i].rejected());
            out.writeInt(newest[i].chosenLength());
            out.writeInt(newest[i].rejectedLength());
        }
        total.writeTo(out);
    }

    /** Takes over what {@link #writeTo} wrote for a window of the same size. */
    void readFrom(DataInput in) throws IOException {
        count = in.readLong();
        if (count < 0) {
            throw new IOException("An arm of " + count + " pairs is out of range: the file is damaged.");
        }
        for (int i = 0; i < size(); i++) {
            newest[i] = new ScoredPair(in.readDouble(), in.readDouble(), in.readInt(), in.readInt());
        }
        total.readFrom(in);
    }

    private int size() {
        return (int) Math.min(count, newest.length);
    }
}
