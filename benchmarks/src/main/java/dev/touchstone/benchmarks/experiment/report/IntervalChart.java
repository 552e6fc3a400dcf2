package dev.touchstone.benchmarks.experiment.report;

import java.util.List;

/**
 * Ratios with their intervals on a logarithmic axis; an arrow where an interval has no end, an open mark where the ratio is a lower bound.
 *
 * @param title of the drawing
 * @param description what is to be seen, for those who do not
 * @param rows from above
 */
public record IntervalChart(String title, String description, List<Row> rows) implements Block {
    private static final int WIDTH = 400;
    private static final int LEFT = 130;
    private static final int RIGHT = 380;
    private static final int ROW = 26;
    private static final double LEAST = 0.1;

    /**
     * One ratio.
     *
     * @param low 0 if the interval has no lower end
     * @param middle NaN if there is no ratio
     * @param high infinite if it has no upper end
     */
    public record Row(String label, double low, double middle, double high, boolean atLeast) {}

    /** Copies the list. */
    public IntervalChart {
        rows = List.copyOf(rows);
    }

    @Override
    public String html() {
        int bottom = 8 + ROW * rows.size();
        StringBuilder svg = new StringBuilder();
        for (double tick = LEAST; tick <= most() * 1.01; tick *= 10) {
            svg.append(Html.line(x(tick), 4, x(tick), bottom, Math.abs(tick - 1) < 0.01 ? "one" : "grid"));
            svg.append(
                    Html.text(x(tick), bottom + 16, "middle", tick < 0.5 ? "0.1" : String.valueOf(Math.round(tick))));
        }
        for (int i = 0; i < rows.size(); i++) {
            svg.append(row(rows.get(i), 8 + ROW * i + ROW / 2.0));
        }
        return Html.drawing(title, description, WIDTH, bottom + 24, svg.toString()) + "</figure>\n";
    }

    private String row(Row row, double y) {
        String label = Html.text(LEFT - 12, y + 4, "end", row.label());
        if (Double.isNaN(row.middle())) {
            return label + Html.text(x(1) + 6, y + 4, "start", "not reached");
        }
        boolean openLow = row.low() < LEAST;
        boolean openHigh = row.high() > most();
        double from = openLow ? LEFT : x(row.low());
        double to = openHigh ? RIGHT : x(row.high());
        return label
                + Html.line(from, y, to, y, "interval")
                + (openLow ? arrow(from, y, -1) : Html.line(from, y - 4, from, y + 4, "interval"))
                + (openHigh ? arrow(to, y, 1) : Html.line(to, y - 4, to, y + 4, "interval"))
                + "<circle cx=\"%s\" cy=\"%s\" r=\"4.5\" class=\"%s\"/>\n"
                        .formatted(Html.at(x(row.middle())), Html.at(y), row.atLeast() ? "ratio open" : "ratio");
    }

    private static String arrow(double x, double y, int direction) {
        return "<path d=\"M%s,%sl%d,5v-10z\" class=\"arrow\"/>\n"
                .formatted(Html.at(x + 6 * direction), Html.at(y), -8 * direction);
    }

    /** The next power of ten. */
    private double most() {
        double greatest = rows.stream()
                .flatMapToDouble(row -> java.util.stream.DoubleStream.of(row.middle(), row.high()))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        return Math.max(10, Math.pow(10, Math.ceil(Math.log10(greatest) - 1e-9)));
    }

    private double x(double ratio) {
        double share = Math.log(Math.max(ratio, LEAST) / LEAST) / Math.log(most() / LEAST);
        return LEFT + share * (RIGHT - LEFT);
    }
}
