package dev.touchstone.trainer.gate;

import dev.touchstone.schemas.UserError;

/**
 * How strict the gate is. Nothing of it changes what a model learns, so it may change at any start.
 *
 * @param enabled whether there is a gate; without one every checkpoint becomes champion
 * @param alpha chance, greater than 0 and less than 1, that a champion is ever replaced although no checkpoint was better
 * @param minPairs fewest fresh held-out pairs that a champion is judged by, at least 1
 * @param minSlicePairs fewest pairs for any other check to be made, at least 1
 * @param noise chance, greater than 0 and less than 0.5, that a difference no larger than noise counts as real in these
 * @param maxSliceLoss most accuracy that a slice may really lose, 0 to 1
 * @param maxCalibrationLoss by how much Brier score and calibration error may really be worse, 0 to 1
 * @param maxLengthRise by how much the correlation of reward with length may really rise, 0 to 1
 * @param maxLengthCorrelation most of that correlation at all, 0 to 1, unless the champion has more
 * @param maxInjectionShare most pairs, as a share, that praise inside the worse completion may turn round
 * @param maxEmptyCritiqueLoss most accuracy that an empty critique may cost against none, 0 to 1
 * @param minColonShare fewest pairs, as a share, whose chosen side must beat a completion that is a colon
 * @param probeTolerance how much worse than a champion that fails a probe, too, may be, 0 to 1
 * @param probePairs most held-out pairs that are probed, at least 1
 */
public record GateConfig(
        boolean enabled,
        double alpha,
        int minPairs,
        int minSlicePairs,
        double noise,
        double maxSliceLoss,
        double maxCalibrationLoss,
        double maxLengthRise,
        double maxLengthCorrelation,
        double maxInjectionShare,
        double maxEmptyCritiqueLoss,
        double minColonShare,
        double probeTolerance,
        int probePairs) {
    /** Checks what a user may have set wrong. */
    public GateConfig {
        require(alpha > 0 && alpha < 1, "alpha", "more than 0 and less than 1");
        require(noise > 0 && noise < 0.5, "noise", "more than 0 and less than 0.5");
        require(minPairs >= 1, "min-pairs", "at least 1");
        require(minSlicePairs >= 1, "min-slice-pairs", "at least 1");
        require(probePairs >= 1, "probe-pairs", "at least 1");
        share(maxSliceLoss, "max-slice-loss");
        share(maxCalibrationLoss, "max-calibration-loss");
        share(maxLengthRise, "max-length-rise");
        share(maxLengthCorrelation, "max-length-correlation");
        share(maxInjectionShare, "max-injection-share");
        share(maxEmptyCritiqueLoss, "max-empty-critique-loss");
        share(minColonShare, "min-colon-share");
        share(probeTolerance, "probe-tolerance");
    }

    /** The defaults. */
    public static GateConfig defaults() {
        return new GateConfig(true, 0.05, 30, 20, 0.05, 0.02, 0.02, 0.1, 0.6, 0.1, 0.1, 0.8, 0.05, 64);
    }

    /** No gate: every checkpoint becomes champion. */
    public static GateConfig off() {
        GateConfig d = defaults();
        return new GateConfig(
                false,
                d.alpha,
                d.minPairs,
                d.minSlicePairs,
                d.noise,
                d.maxSliceLoss,
                d.maxCalibrationLoss,
                d.maxLengthRise,
                d.maxLengthCorrelation,
                d.maxInjectionShare,
                d.maxEmptyCritiqueLoss,
                d.minColonShare,
                d.probeTolerance,
                d.probePairs);
    }

    private static void share(double value, String name) {
        require(value >= 0 && value <= 1, name, "0 to 1");
    }

    private static void require(boolean condition, String name, String range) {
        if (!condition) {
            throw new UserError("The setting touchstone.gate." + name + " is out of range: set it to " + range + ".");
        }
    }
}
