package dev.touchstone.worth;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Immutable. Accuracy as a function of the pairs learnt from, never falling: the isotonic least-squares fit to the segments,
 * by the algorithm of pooled adjacent violators (Barlow, Bartholomew, Bremner and Brunk, Statistical Inference under Order
 * Restrictions, 1972). Between pools it is linear in the logarithm of the pairs.
 */
public final class Curve {
    private final List<Segment> segments;
    private final List<Pool> pools;

    private Curve(List<Segment> segments, List<Pool> pools) {
        this.segments = segments;
        this.pools = pools;
    }

    /** Neighbouring segments with one accuracy. */
    private record Pool(double first, double last, long tested, double right) {
        double accuracy() {
            return right / tested;
        }

        Pool with(Pool next) {
            return new Pool(first, next.last, tested + next.tested, right + next.right);
        }
    }

    /**
     * Pairs after which an accuracy is reached, as far as it is known: somewhere from one number to the other.
     *
     * @param atLeast 0 if it stood at the first segment already
     * @param atMost infinite if it has not been reached
     */
    public record Crossing(double atLeast, double atMost) {}

    /**
     * Fits.
     *
     * @param segments in the order of learning, at least one
     */
    public static Curve fit(List<Segment> segments) {
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("A curve needs a segment.");
        }
        List<Pool> pools = new ArrayList<>();
        for (Segment segment : segments) {
            Pool pool = new Pool(segment.position(), segment.position(), segment.tested(), segment.right());
            while (!pools.isEmpty() && pools.get(pools.size() - 1).accuracy() >= pool.accuracy()) {
                pool = pools.remove(pools.size() - 1).with(pool);
            }
            pools.add(pool);
        }
        return new Curve(List.copyOf(segments), List.copyOf(pools));
    }

    /** The fitted accuracy after so many pairs; outside what was seen, that of the nearest end. */
    public double accuracyAt(double pairs) {
        Pool before = pools.get(0);
        for (Pool pool : pools) {
            if (pairs < pool.first()) {
                double share = before == pool || pairs <= before.last()
                        ? 0
                        : Math.log(pairs / before.last()) / Math.log(pool.first() / before.last());
                return before.accuracy() + share * (pool.accuracy() - before.accuracy());
            }
            before = pool;
        }
        return before.accuracy();
    }

    /** After how many pairs an accuracy is reached. */
    public Crossing pairsFor(double accuracy) {
        Pool before = pools.get(0);
        if (before.accuracy() >= accuracy) {
            return new Crossing(0, before.first());
        }
        for (Pool pool : pools.subList(1, pools.size())) {
            if (pool.accuracy() >= accuracy) {
                double share = (accuracy - before.accuracy()) / (pool.accuracy() - before.accuracy());
                double pairs = before.last() * Math.pow(pool.first() / before.last(), share);
                return new Crossing(pairs, pairs);
            }
            before = pool;
        }
        return new Crossing(lastPairs(), Double.POSITIVE_INFINITY);
    }

    /** Pairs learnt from at the end. */
    public long lastPairs() {
        return segments.get(segments.size() - 1).to();
    }

    /** The fitted accuracy at the end. */
    public double lastAccuracy() {
        return pools.get(pools.size() - 1).accuracy();
    }

    /** A curve that might have come out as well: every pair tested again, right with the fitted accuracy. */
    Curve resampled(SplittableRandom random) {
        List<Segment> drawn = new ArrayList<>();
        for (Segment segment : segments) {
            double accuracy = accuracyAt(segment.position());
            long right = 0;
            for (long i = 0; i < segment.tested(); i++) {
                right += random.nextDouble() < accuracy ? 1 : 0;
            }
            drawn.add(new Segment(segment.from(), segment.to(), segment.tested(), right));
        }
        return fit(drawn);
    }
}
