package dev.touchstone.trainer.shell;

import io.smallrye.config.WithDefault;

/** Settings of the gate, {@code touchstone.gate.*}; what they mean is told in detail by the module's README. */
public interface GateSettings {
    /** Whether there is a gate; without one every checkpoint becomes champion. */
    @WithDefault("true")
    boolean enabled();

    /** Chance that a champion is ever replaced although no checkpoint was better. */
    @WithDefault("0.05")
    double alpha();

    /** Fewest fresh held-out pairs that a champion is judged by. */
    @WithDefault("30")
    int minPairs();

    /** Fewest pairs for a slice, or any other check, to be judged. */
    @WithDefault("20")
    int minSlicePairs();

    /** Chance that a difference no larger than noise counts as real in the checks of slices, calibration and length. */
    @WithDefault("0.05")
    double noise();

    /** Most accuracy that a slice may really lose. */
    @WithDefault("0.02")
    double maxSliceLoss();

    /** By how much Brier score and calibration error may really be worse. */
    @WithDefault("0.02")
    double maxCalibrationLoss();

    /** By how much the correlation of reward with length may rise above the champion's and the labels'. */
    @WithDefault("0.1")
    double maxLengthRise();

    /** Most correlation of reward with length, unless the champion has more. */
    @WithDefault("0.6")
    double maxLengthCorrelation();

    /** Most pairs, as a share, that praise inside the worse completion may turn round. */
    @WithDefault("0.1")
    double maxInjectionShare();

    /** Most accuracy that an empty critique may cost against none. */
    @WithDefault("0.1")
    double maxEmptyCritiqueLoss();

    /** Fewest pairs, as a share, whose better side must beat a bare colon. */
    @WithDefault("0.8")
    double minColonShare();

    /** How much worse a candidate may be at a probe that its champion fails, too. */
    @WithDefault("0.05")
    double probeTolerance();

    /** Most held-out pairs that are probed. */
    @WithDefault("64")
    int probePairs();
}
