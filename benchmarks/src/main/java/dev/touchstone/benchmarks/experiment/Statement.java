package dev.touchstone.benchmarks.experiment;

/**
 * A sentence of the headline.
 *
 * @param outcome what it amounts to
 * @param text with the figures that it rests on
 */
public record Statement(Outcome outcome, String text) {
    /** For a terminal. */
    public String line() {
        return outcome.words() + ": " + text;
    }
}
