package dev.touchstone.benchmarks.experiment.report;

/**
 * A paragraph.
 *
 * @param text plain text
 */
public record Prose(String text) implements Block {
    @Override
    public String html() {
        return "<p>" + Html.escape(text) + "</p>\n";
    }
}
