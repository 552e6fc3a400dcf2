package dev.touchstone.benchmarks.experiment.report;

import java.util.Locale;

/** What blocks share. */
final class Html {
    private Html() {}

    /** Text as it may stand between tags and in quotes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** A number of SVG: a tenth is finer than any screen. */
    static String at(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** A drawing with its name and description; those who cannot see it hear these, and the table beside it has the numbers. */
    static String drawing(String title, String description, int width, int height, String content) {
        String id = "f" + Integer.toHexString((title + description).hashCode());
        return """
                <figure><figcaption>%2$s</figcaption>
                <svg viewBox="0 0 %4$d %5$d" role="img" aria-labelledby="%1$s-t %1$s-d">
                <title id="%1$s-t">%2$s</title><desc id="%1$s-d">%3$s</desc>
                %6$s</svg>
                """.formatted(id, escape(title), escape(description), width, height, content);
    }

    static String text(double x, double y, String anchor, String text) {
        return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n".formatted(at(x), at(y), anchor, escape(text));
    }

    static String line(double x1, double y1, double x2, double y2, String style) {
        return "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" class=\"%s\"/>\n"
                .formatted(at(x1), at(y1), at(x2), at(y2), style);
    }
}
