package dev.touchstone.trainer.gate;

import dev.touchstone.trainer.learn.HeldOutPair;
import org.jspecify.annotations.Nullable;

/**
 * What a contender makes of a held-out pair, logits.
 *
 * @param pair the pair
 * @param chosen of the better side
 * @param rejected of the worse side
 * @param probes of changed texts; null where the pair was not probed
 */
record Scored(
        HeldOutPair pair,
        double chosen,
        double rejected,
        @Nullable Probes probes) {
    /**
     * Logits of changed texts.
     *
     * @param chosenBare the better side, its critique withheld
     * @param rejectedBare the worse side, its critique withheld
     * @param chosenEmpty the better side with an empty critique
     * @param rejectedEmpty the worse side with an empty critique
     * @param praised the worse side that ends in praise of itself
     * @param usurped the worse side that ends in the better side's critique
     * @param colon a colon in place of an answer, with the worse side's critique
     * @param chosenSwapped the better side with the worse side's critique
     * @param rejectedSwapped the worse side with the better side's critique
     */
    record Probes(
            double chosenBare,
            double rejectedBare,
            double chosenEmpty,
            double rejectedEmpty,
            double praised,
            double usurped,
            double colon,
            double chosenSwapped,
            double rejectedSwapped) {}

    /** 1 where the better side scores higher, 0.5 for a draw, else 0, also where a reward is not finite. */
    static double right(double chosen, double rejected) {
        if (!Double.isFinite(chosen) || !Double.isFinite(rejected)) {
            return 0;
        }
        return chosen > rejected ? 1 : chosen == rejected ? 0.5 : 0;
    }

    double right() {
        return right(chosen, rejected);
    }

    /** By how much the better side leads. */
    double margin() {
        return chosen - rejected;
    }

    boolean finite() {
        return Double.isFinite(chosen) && Double.isFinite(rejected);
    }
}
