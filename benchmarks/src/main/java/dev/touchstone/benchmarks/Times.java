package dev.touchstone.benchmarks;

import dev.touchstone.producers.cli.ProgressDisplay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Milliseconds of several sides that ran in turns: A B C, A B C, and so on, so that whatever disturbs the machine disturbs
 * all of them. A ratio is the median over the rounds of the ratio within a round.
 */
final class Times {

    /** Rounds that nobody counts: libraries choose kernels, and memory is taken from the system, in these. */
    private static final int WARM_UP = 3;

    private final Map<String, double[]> millis = new LinkedHashMap<>();

    private Times() {}

    /** Runs every side once a round. */
    static Times of(String task, List<Side> sides, int rounds) throws IOException {
        Times times = new Times();
        sides.forEach(side -> times.millis.put(side.name(), new double[rounds]));
        try (ProgressDisplay progress = progress(task, rounds + WARM_UP)) {
            for (int round = -WARM_UP; round < rounds; round++) {
                StringBuilder words = new StringBuilder(round < 0 ? "warming up" : "round " + (round + 1));
                for (Side side : sides) {
                    double taken = side.run();
                    words.append(String.format(Locale.ROOT, ", %s %.0f ms", side.name(), taken));
                    if (round >= 0) {
                        times.of(side.name())[round] = taken;
                    }
                }
                progress.show(round + WARM_UP + 1L, words.toString());
            }
        }
        return times;
    }

    /** Progress on standard error. */
    static ProgressDisplay progress(String task, long total) {
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        return new ProgressDisplay(task, total, ProgressDisplay.onTerminal(), err, Clock.systemUTC());
    }

    private double[] of(String side) {
        double[] values = millis.get(side);
        if (values == null) {
            throw new IllegalArgumentException("There is no side " + side + ".");
        }
        return values;
    }

    /** Median of one side. */
    double median(String side) {
        return median(of(side));
    }

    /** How many times longer these sides together take than that one. */
    double ratio(List<String> over, String under) {
        double[] below = of(under);
        double[] ratios = new double[below.length];
        for (int round = 0; round < ratios.length; round++) {
            for (String side : over) {
                ratios[round] += of(side)[round] / below[round];
            }
        }
        return median(ratios);
    }

    /** Median and minimum of every side, as context of a report. */
    Map<String, Object> describe() {
        Map<String, Object> described = new LinkedHashMap<>();
        millis.forEach((side, values) -> {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("median", rounded(median(values)));
            figures.put("min", rounded(Arrays.stream(values).min().orElse(Double.NaN)));
            described.put(side, figures);
        });
        return described;
    }

    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
