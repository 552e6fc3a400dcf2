package dev.touchstone.trainer.gate;

import java.util.Locale;

/**
 * One condition of the gate, as it turned out.
 *
 * @param name of the condition and of its figure, such as {@code slice.hard}
 * @param value the figure; not finite where there is none
 * @param bound what it was held against
 * @param outcome how it went
 * @param sentence all of that for people
 */
public record Check(String name, double value, double bound, Outcome outcome, String sentence) {
    /** How a check may go. */
    public enum Outcome {
        /** The figure is within its bound. */
        PASSED,
        /** It is not: nothing is promoted. */
        FAILED,
        /** There are too few pairs to say. */
        NOT_JUDGED
    }

    static Check of(String name, double value, double bound, boolean passed, String what) {
        return new Check(
                name,
                value,
                bound,
                passed ? Outcome.PASSED : Outcome.FAILED,
                (passed ? "Passed: " : "Failed: ") + what);
    }

    static Check notJudged(String name, int pairs, int needed) {
        return new Check(
                name,
                Double.NaN,
                Double.NaN,
                Outcome.NOT_JUDGED,
                "Not judged: " + name + " has " + pairs + " of " + needed + " pairs.");
    }

    /** A figure with three places, a very large one with its order of magnitude alone. */
    static String figure(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 1e6 ? "%.3f" : "%.0e", value);
    }

    /** Whether it stands in the way. */
    boolean failed() {
        return outcome == Outcome.FAILED;
    }
}
