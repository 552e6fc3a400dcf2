package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Not thread-safe. ADWIN2 (Bifet and Gavalda, Learning from Time-Changing Data with Adaptive Windowing, SDM 2007): a window
 * over a stream of values from 0 to 1 that grows while their mean stands and drops its old end when the mean has changed.
 *
 * <p>The window is an exponential histogram: buckets of 1, 2, 4, ... values, at most {@value #PER_SIZE} of a size, oldest and
 * largest first, so n values take O(log n) memory and time. At every border between two buckets the older n0 and the newer n1
 * values are compared: their means differ if they are further apart than
 *
 * <pre>  eps = sqrt(2 m v ln(2 / d)) + 2/3 m ln(2 / d),   m = 1 / n0 + 1 / n1,   d = delta / ln(n)</pre>
 *
 * <p>with v the variance of the whole window; this is equation (3.1) there, whose m is the inverse of this one. The division of
 * delta by ln n stands for the number of borders, which grows so, as in the authors' own implementation. While any border shows
 * a difference the oldest bucket is dropped. If the mean stands, a check drops anything with a probability of at most about
 * delta; it is so small because the bound is for all borders at once and far from tight.
 */
final class Adwin {
    private static final int PER_SIZE = 5;
    /** Fewer values than this on one side say nothing. */
    private static final int LEAST = 5;

    private final double delta;
    private final List<Bucket> buckets = new ArrayList<>();
    private Bucket all = Bucket.EMPTY;

    /** @param delta chance of a false alarm at a check, greater than 0 and less than 1 */
    Adwin(double delta) {
        this.delta = delta;
    }

    private record Bucket(long count, double sum, double squares) {
        static final Bucket EMPTY = new Bucket(0, 0, 0);

        Bucket plus(Bucket other) {
            return new Bucket(count + other.count, sum + other.sum, squares + other.squares);
        }

        Bucket minus(Bucket other) {
            return new Bucket(count - other.count, sum - other.sum, squares - other.squares);
        }

        double mean() {
            return sum / count;
        }

        double variance() {
            return Math.max(0, squares / count - mean() * mean());
        }
    }

    /**
     * The mean has changed, most clearly at a border that has these two sides.
     *
     * @param before mean of the older side
     * @param after mean of the newer side
     */
    record Change(double before, double after) {}

    /** Takes one more value; exact for multiples of 1/2, which is what outcomes are. */
    void add(double value) {
        Bucket one = new Bucket(1, value, value * value);
        all = all.plus(one);
        buckets.add(one);
        int end = buckets.size(); // behind the last bucket of the size at hand
        for (long size = 1; ; size *= 2) {
            int begin = end;
            while (begin > 0 && buckets.get(begin - 1).count() == size) {
                begin--;
            }
            if (end - begin <= PER_SIZE) {
                return;
            }
            buckets.set(begin, buckets.get(begin).plus(buckets.remove(begin + 1)));
            end = begin + 1;
        }
    }

    /** Looks whether the mean has changed, and if so drops from the old end until it has not. */
    Optional<Change> check() {
        Optional<Change> first = clearest();
        Optional<Change> rest = first;
        while (rest.isPresent()) {
            all = all.minus(buckets.remove(0));
            rest = clearest();
        }
        return first;
    }

    /** Values in the window. */
    long size() {
        return all.count();
    }

    int buckets() {
        return buckets.size();
    }

    /** Their mean, 0 to 1; not a number while there is none. */
    double mean() {
        return all.mean();
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeInt(buckets.size());
        for (Bucket bucket : buckets) {
            out.writeLong(bucket.count());
            out.writeDouble(bucket.sum());
            out.writeDouble(bucket.squares());
        }
    }

    void readFrom(DataInput in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > PER_SIZE * Long.SIZE) {
            throw new IOException("A histogram of " + size + " buckets is out of range: the file is damaged.");
        }
        buckets.clear();
        all = Bucket.EMPTY;
        for (int i = 0; i < size; i++) {
            Bucket bucket = new Bucket(in.readLong(), in.readDouble(), in.readDouble());
            buckets.add(bucket);
            all = all.plus(bucket);
        }
    }

    private Optional<Change> clearest() {
        Optional<Change> clearest = Optional.empty();
        double greatest = 0;
        Bucket older = Bucket.EMPTY;
        for (Bucket bucket : buckets) {
            older = older.plus(bucket);
            Bucket newer = all.minus(older);
            if (older.count() >= LEAST && newer.count() >= LEAST) {
                double beyond = Math.abs(older.mean() - newer.mean()) - bound(older.count(), newer.count());
                if (beyond > greatest) {
                    greatest = beyond;
                    clearest = Optional.of(new Change(older.mean(), newer.mean()));
                }
            }
        }
        return clearest;
    }

    private double bound(long older, long newer) {
        double m = 1.0 / older + 1.0 / newer;
        double log = StrictMath.log(2 * StrictMath.log(all.count()) / delta);
        return Math.sqrt(2 * m * all.variance() * log) + 2.0 / 3 * m * log;
    }
}
