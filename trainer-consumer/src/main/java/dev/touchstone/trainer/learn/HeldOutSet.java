package dev.touchstone.trainer.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Not thread-safe. A bounded uniform sample of the distinct held-out pairs. A pair's place in line is a salted hash of its
 * content, and the first ones are kept (bottom-k sampling; Cohen and Kaplan, PODC 2007). So a pair that comes again, with
 * another critique or not, replaces its older copy or is again not kept: however often it is delivered it counts once, and
 * the sample depends on which pairs there were, not on their order.
 */
final class HeldOutSet {
    private final int capacity;
    private final String salt;
    private final SortedMap<String, HeldOutPair> pairs = new TreeMap<>();

    /**
     * @param capacity the most pairs kept, at least 1
     * @param salt makes the sample of one model differ from another's
     */
    HeldOutSet(int capacity, String salt) {
        this.capacity = capacity;
        this.salt = salt;
    }

    /** Considers one more pair. */
    void offer(HeldOutPair pair) {
        pairs.put(pair.place(salt), pair);
        if (pairs.size() > capacity) {
            pairs.remove(pairs.lastKey());
        }
    }

    /** What is kept now, in the order of the hashes. */
    List<HeldOutPair> items() {
        return List.copyOf(pairs.values());
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeInt(pairs.size());
        for (HeldOutPair pair : pairs.values()) {
            pair.writeTo(out);
        }
    }

    /** Takes over what {@link #writeTo} wrote. */
    void readFrom(DataInput in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > capacity) {
            throw new IOException("A held-out set of " + size + " pairs is out of range: the file is damaged.");
        }
        pairs.clear();
        for (int i = 0; i < size; i++) {
            HeldOutPair pair = HeldOutPair.readFrom(in);
            pairs.put(pair.place(salt), pair);
        }
    }
}
