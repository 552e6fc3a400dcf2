package dev.touchstone.trainer.learn;

/**
 * Not thread-safe. Random numbers that follow from a seed and a position alone, so that nothing depends on what was drawn
 * before a restart. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), written out because it must never change.
 */
final class Draws {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /**
     * @param seed the seed of the run
     * @param position what the numbers are for, such as a stream and a count
     */
    Draws(long seed, long... position) {
        state = mix(seed + GOLDEN_GAMMA);
        for (long part : position) {
            state = mix(state ^ mix(part + GOLDEN_GAMMA));
        }
    }

    /** A number from 0 to bound - 1. */
    long below(long bound) {
        state += GOLDEN_GAMMA;
        return Long.remainderUnsigned(mix(state), bound);
    }

    /** A number from 0 to less than 1. */
    double share() {
        state += GOLDEN_GAMMA;
        return (mix(state) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
