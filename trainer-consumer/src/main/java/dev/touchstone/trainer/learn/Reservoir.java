package dev.touchstone.trainer.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Not thread-safe. A bounded uniform sample of everything that was offered (Vitter's algorithm R, ACM TOMS 1985). Which
 * items are kept follows from the seed and the number of items seen before.
 *
 * @param <T> what is kept
 */
final class Reservoir<T> {
    private static final long KEEP = 1;
    private static final long DRAW = 2;

    private final int capacity;
    private final long seed;
    private final List<T> items = new ArrayList<>();
    private long seen;

    /**
     * @param capacity the most items kept, at least 1
     * @param seed of this reservoir; two reservoirs of one run take two seeds
     */
    Reservoir(int capacity, long seed) {
        this.capacity = capacity;
        this.seed = seed;
    }

    /** Writes one item. */
    interface Writer<T> {
        void write(T item, DataOutput out) throws IOException;
    }

    /** Reads one item. */
    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    /** Considers one more item. */
    void offer(T item) {
        seen++;
        if (items.size() < capacity) {
            items.add(item);
            return;
        }
        long place = new Draws(seed, KEEP, seen).below(seen);
        if (place < capacity) {
            items.set((int) place, item);
        }
    }

    /**
     * Some items, each at most once, in random order.
     *
     * @param count how many, fewer if fewer are kept
     * @param batch number of the micro-batch they are drawn for
     * @param round which draw of that micro-batch it is
     */
    List<T> draw(int count, long batch, int round) {
        Draws draws = new Draws(seed, DRAW, batch, round);
        List<T> pool = new ArrayList<>(items);
        int size = Math.min(count, pool.size());
        for (int i = 0; i < size; i++) {
            Collections.swap(pool, i, i + (int) draws.below(pool.size() - i));
        }
        return List.copyOf(pool.subList(0, size));
    }

    /** What is kept now. */
    List<T> items() {
        return Collections.unmodifiableList(items);
    }

    void writeTo(DataOutput out, Writer<T> writer) throws IOException {
        out.writeLong(seen);
        out.writeInt(items.size());
        for (T item : items) {
            writer.write(item, out);
        }
    }

    /** Takes over what {@link #writeTo} wrote. */
    void readFrom(DataInput in, Reader<T> reader) throws IOException {
        seen = in.readLong();
        int size = in.readInt();
        if (size < 0 || size > capacity || seen < size) {
            throw new IOException("A reservoir of " + size + " items is out of range: the file is damaged.");
        }
        items.clear();
        for (int i = 0; i < size; i++) {
            items.add(reader.read(in));
        }
    }
}
