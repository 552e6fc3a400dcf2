package dev.touchstone.benchmarks.experiment.report;

/**
 * A verdict: colour never says it alone.
 *
 * @param tone {@code good}, {@code bad} or {@code neutral}
 * @param label in a word or two
 * @param text the sentence
 */
public record Notice(String tone, String label, String text) implements Block {
    @Override
    public String html() {
        return "<p class=\"notice %s\"><strong>%s</strong> %s</p>\n"
                .formatted(Html.escape(tone), Html.escape(label), Html.escape(text));
    }
}
