package dev.touchstone.benchmarks.experiment.report;

import java.util.List;
import java.util.Locale;

/**
 * Shares by two things; the fuller the colour, the greater, and each field has its number.
 *
 * @param title of the drawing
 * @param description what is to be seen, for those who do not
 * @param rows names from above
 * @param columns names from the left
 * @param values by row, then by column, 0 to 1; NaN where there is none
 */
public record MatrixChart(
        String title, String description, List<String> rows, List<String> columns, List<List<Double>> values)
        implements Block {
    private static final int WIDTH = 400;
    private static final int LEFT = 104;
    private static final int TOP = 24;
    private static final int FIELD = 38;
    private static final int GAP = 3;

    /** Copies the lists. */
    public MatrixChart {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        values = values.stream().map(List::copyOf).toList();
    }

    @Override
    public String html() {
        double width = (WIDTH - LEFT) / (double) columns.size();
        StringBuilder svg = new StringBuilder();
        for (int j = 0; j < columns.size(); j++) {
            svg.append(Html.text(LEFT + (j + 0.5) * width, TOP - 8, "middle", columns.get(j)));
        }
        for (int i = 0; i < rows.size(); i++) {
            double y = TOP + i * FIELD;
            svg.append(Html.text(LEFT - 8, y + FIELD / 2.0 + 4, "end", rows.get(i)));
            for (int j = 0; j < columns.size(); j++) {
                double value = values.get(i).get(j);
                if (!Double.isNaN(value)) {
                    svg.append(
                            "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\" rx=\"4\" class=\"field\" fill-opacity=\"%s\"/>\n"
                                    .formatted(
                                            Html.at(LEFT + j * width),
                                            Html.at(y),
                                            Html.at(width - GAP),
                                            FIELD - GAP,
                                            String.format(Locale.ROOT, "%.2f", 0.45 * value * value)));
                }
                svg.append(Html.text(
                        LEFT + (j + 0.5) * width - GAP / 2.0,
                        y + FIELD / 2.0 + 4,
                        "middle",
                        Double.isNaN(value) ? "\u2013" : String.format(Locale.ROOT, "%.3f", value)));
            }
        }
        return Html.drawing(title, description, WIDTH, TOP + FIELD * rows.size(), svg.toString()) + "</figure>\n";
    }
}
