package dev.touchstone.worth;

/**
 * Pairs that a model was tested on between two checkpoints, each before it was learnt from.
 *
 * @param from pairs that the model had learnt from at its beginning
 * @param to the same at its end, more than {@code from}
 * @param tested pairs that were tested, at least 1
 * @param right of these, those ranked as labelled; a draw counts half
 */
public record Segment(long from, long to, long tested, double right) {
    /** Checks the ranges. */
    public Segment {
        if (from < 0 || to <= from || tested < 1 || !(right >= 0 && right <= tested)) {
            throw new IllegalArgumentException(
                    "A segment from " + from + " to " + to + " with " + right + " right of " + tested + " is none.");
        }
    }

    /** Pairs learnt from in its middle. */
    double position() {
        return Math.max(1, (from + to) / 2.0);
    }
}
