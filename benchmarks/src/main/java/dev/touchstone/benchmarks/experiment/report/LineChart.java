package dev.touchstone.benchmarks.experiment.report;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Shares over a number: one line for each series with a band around it, and levels to compare with. The vertical axis ends at 1 and begins at a half, or at 0
 * if anything is below.
 *
 * @param title of the drawing
 * @param description what is to be seen, for those who do not
 * @param across name of the horizontal axis
 * @param logarithmic whether it is
 * @param series at most eight
 * @param levels horizontal lines
 */
public record LineChart(
        String title, String description, String across, boolean logarithmic, List<Series> series, List<Level> levels)
        implements Block {
    private static final int WIDTH = 400;
    private static final int HEIGHT = 290;
    private static final int LEFT = 38;
    private static final int RIGHT = 388;
    private static final int TOP = 10;
    private static final int BOTTOM = 250;
    private static final int NEAR = 26;

    /** One line. */
    public record Series(String label, List<Point> points) {
        /** Copies the list. */
        public Series {
            points = List.copyOf(points);
        }
    }

    /** A point with the lowest and the highest of its seeds. */
    public record Point(double x, double middle, double low, double high) {}

    /** A horizontal line. */
    public record Level(String label, double value) {}

    /** Copies the lists. */
    public LineChart {
        series = List.copyOf(series);
        levels = List.copyOf(levels);
    }

    @Override
    public String html() {
        StringBuilder svg = new StringBuilder(axes());
        for (int i = 0; i < levels.size(); i++) {
            double y = y(levels.get(i).value());
            svg.append(Html.line(LEFT, y, RIGHT, y, "level l" + i));
        }
        for (int i = 0; i < series.size(); i++) {
            svg.append(line(series.get(i), i));
        }
        StringBuilder html = new StringBuilder(Html.drawing(title, description, WIDTH, HEIGHT, svg.toString()));
        html.append("<ul class=\"legend\">\n");
        for (int i = 0; i < series.size(); i++) {
            html.append(entry("s" + i, i, series.get(i).label()));
        }
        for (int i = 0; i < levels.size(); i++) {
            html.append(entry("level l" + i, -1, levels.get(i).label()));
        }
        return html.append("</ul></figure>\n").toString();
    }

    private static String entry(String style, int series, String label) {
        return "<li><svg viewBox=\"0 0 32 12\" aria-hidden=\"true\">%s%s</svg>%s</li>\n"
                .formatted(Html.line(0, 6, 32, 6, style), series < 0 ? "" : mark(series, 16, 6), Html.escape(label));
    }

    private String axes() {
        StringBuilder svg = new StringBuilder();
        double step = bottom() == 0 ? 0.2 : 0.1;
        for (double y = bottom(); y < 1 + step / 2; y += step) {
            svg.append(Html.line(LEFT, y(y), RIGHT, y(y), "grid"));
            svg.append(Html.text(LEFT - 6, y(y) + 4, "end", Html.at(y)));
        }
        double last = Double.NEGATIVE_INFINITY;
        for (double x : xs().distinct().sorted().toArray()) {
            svg.append(Html.line(x(x), BOTTOM, x(x), BOTTOM + 4, "grid"));
            if (x(x) - last >= NEAR) {
                svg.append(Html.text(x(x), BOTTOM + 17, "middle", number(x)));
                last = x(x);
            }
        }
        return svg.append(Html.text((LEFT + RIGHT) / 2.0, BOTTOM + 34, "middle", across))
                .toString();
    }

    private String line(Series one, int number) {
        if (one.points().isEmpty()) {
            return "";
        }
        StringBuilder line = new StringBuilder();
        StringBuilder over = new StringBuilder();
        StringBuilder under = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (Point point : one.points()) {
            String x = Html.at(x(point.x())) + ",";
            line.append(x).append(Html.at(y(point.middle()))).append(' ');
            over.append(x).append(Html.at(y(point.high()))).append(' ');
            under.insert(0, x + Html.at(y(point.low())) + " ");
            marks.append(mark(number, x(point.x()), y(point.middle())));
        }
        return "<polygon points=\"%s\" class=\"band b%d\"/>\n<polyline points=\"%s\" class=\"s%d\"/>\n%s"
                .formatted(
                        over.append(under).toString().strip(),
                        number,
                        line.toString().strip(),
                        number,
                        marks);
    }

    /** Circle, square, triangle, diamond: lines are told apart without colours. */
    private static String mark(int series, double x, double y) {
        String shape = switch (series % 4) {
            case 0 -> "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0";
            case 1 -> "M-3,-3h6v6h-6z";
            case 2 -> "M0,-4l4,7h-8z";
            default -> "M0,-4.5l4,4.5l-4,4.5l-4,-4.5z";
        };
        return "<path transform=\"translate(%s %s)\" d=\"%s\" class=\"mark m%d\"/>\n"
                .formatted(Html.at(x), Html.at(y), shape, series);
    }

    private static String number(double value) {
        if (value >= 1_000 && value % 1_000 == 0) {
            return (long) value / 1_000 + "k";
        }
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private DoubleStream xs() {
        return series.stream().flatMap(one -> one.points().stream()).mapToDouble(Point::x);
    }

    private double bottom() {
        boolean low = series.stream().flatMap(one -> one.points().stream()).anyMatch(point -> point.low() < 0.5);
        return low ? 0 : 0.5;
    }

    private double x(double value) {
        double first = scaled(xs().min().orElse(1));
        double last = scaled(xs().max().orElse(1));
        double share = last == first ? 0.5 : (scaled(value) - first) / (last - first);
        return LEFT + 10 + share * (RIGHT - LEFT - 20);
    }

    private double scaled(double value) {
        return logarithmic ? Math.log(value) : value;
    }

    private double y(double value) {
        return BOTTOM - (value - bottom()) / (1 - bottom()) * (BOTTOM - TOP);
    }
}
