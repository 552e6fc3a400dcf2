package dev.touchstone.benchmarks.experiment;

import java.util.Random;
import java.util.SplittableRandom;

/** Sources of randomness that are told apart by numbers. */
public final class Seeds {
    private Seeds() {}

    /** One source for each list of numbers. Seeds that follow each other would give Java's generator like beginnings, so they are mixed. */
    public static Random random(long... parts) {
        long mixed = 0;
        for (long part : parts) {
            mixed = new SplittableRandom(mixed ^ part).nextLong();
        }
        return new Random(mixed);
    }
}
