package dev.touchstone.testkit.llm;

import java.util.SplittableRandom;

/** Randomness that depends on a seed and a call's number alone: threads do not matter, and the same calls get the same. */
final class Dice {
    private Dice() {}

    /**
     * A generator for one call.
     *
     * @param seed seed of all calls
     * @param use tells apart what is drawn with the same seed
     * @param number number of the call
     */
    static SplittableRandom of(long seed, String use, int number) {
        long start = new SplittableRandom(seed ^ ((long) use.hashCode() << 32)).nextLong();
        return new SplittableRandom(start + number);
    }
}
