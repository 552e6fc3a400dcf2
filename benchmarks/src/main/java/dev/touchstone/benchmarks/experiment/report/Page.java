package dev.touchstone.benchmarks.experiment.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A report: one file that asks no network for anything and holds no script.
 *
 * @param title of the page
 * @param lead what it is about, in a sentence
 * @param sections from above
 */
public record Page(String title, String lead, List<Section> sections) {
    /** Blocks under a heading. */
    public record Section(String heading, List<Block> blocks) {
        /** Copies the list. */
        public Section {
            blocks = List.copyOf(blocks);
        }
    }

    /** Copies the list. */
    public Page {
        sections = List.copyOf(sections);
    }

    /** The file's text. */
    public String html() {
        StringBuilder html =
                new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <h1>%s</h1>
                <p class="lead">%s</p>
                """.formatted(Html.escape(title), style(), Html.escape(title), Html.escape(lead)));
        for (Section section : sections) {
            html.append("<section>\n<h2>")
                    .append(Html.escape(section.heading()))
                    .append("</h2>\n");
            section.blocks().forEach(block -> html.append(block.html()));
            html.append("</section>\n");
        }
        return html.append("</main>\n</body>\n</html>\n").toString();
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(Page.class.getResourceAsStream("report.css"))) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
