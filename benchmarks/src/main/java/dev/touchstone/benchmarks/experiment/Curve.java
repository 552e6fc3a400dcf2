package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;

/**
 * Immutable. Accuracy over the number of pairs, of several seeds.
 *
 * @param accuracies by number of pairs, then by seed, in the same order of seeds everywhere
 */
public record Curve(TreeMap<Integer, double[]> accuracies) {
    /**
     * How the pairs of one arm compare with those of another at an accuracy.
     *
     * @param low lower end of the interval; 0 if there is none
     * @param middle of all seeds; NaN if the other arm does not get there
     * @param high upper end; infinite if there is none
     * @param atLeast whether the middle is a lower bound
     */
    public record Ratio(double low, double middle, double high, boolean atLeast) {
        /** For a person. */
        public String words() {
            return Double.isNaN(middle)
                    ? "the critiqued arm does not get there"
                    : String.format(
                            Locale.ROOT,
                            "%s%.1f (%s to %s)",
                            atLeast ? "\u2265 " : "",
                            middle,
                            low > 0 ? String.format(Locale.ROOT, "%.1f", low) : "no lower bound",
                            Double.isInfinite(high) ? "no upper bound" : String.format(Locale.ROOT, "%.1f", high));
        }
    }

    /** The curve of some results, of those sizes that all seeds have. */
    public static Curve of(List<CellResult> results, String test, int seeds) {
        TreeMap<Integer, double[]> accuracies = new TreeMap<>();
        Map<Integer, List<CellResult>> bySize = new TreeMap<>();
        results.forEach(result -> bySize.computeIfAbsent(result.pairs(), size -> new ArrayList<>())
                .add(result));
        bySize.forEach((size, of) -> {
            if (of.size() == seeds) {
                accuracies.put(
                        size,
                        of.stream()
                                .sorted((a, b) -> Integer.compare(a.seed(), b.seed()))
                                .mapToDouble(result -> result.accuracies().getOrDefault(test, Double.NaN))
                                .toArray());
            }
        });
        return new Curve(accuracies);
    }

    /** The mean over the seeds. */
    public double mean(int pairs) {
        return Arrays.stream(accuracies.getOrDefault(pairs, new double[0]))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * How much more accurate this curve is than another one at a size that both have, seed by seed, with draws of seeds (paired
     * bootstrap).
     */
    public Interval gain(Curve other, int pairs, int draws, Random random) {
        double[] ours = accuracies.getOrDefault(pairs, new double[0]);
        double[] theirs = other.accuracies.getOrDefault(pairs, new double[0]);
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            means[draw] = random.ints(ours.length, 0, ours.length)
                    .mapToDouble(seed -> ours[seed] - theirs[seed])
                    .average()
                    .orElse(Double.NaN);
        }
        return Interval.of(mean(pairs) - other.mean(pairs), means);
    }

    /**
     * The pairs at which the mean of some seeds reaches an accuracy: between two sizes on a line over the logarithm of pairs; the
     * smallest size if that is above it already.
     *
     * @return empty if it is not reached
     */
    public OptionalDouble pairsAt(double accuracy, int[] seeds) {
        double best = Double.NEGATIVE_INFINITY;
        double before = Double.NaN;
        for (Map.Entry<Integer, double[]> point : accuracies.entrySet()) {
            double now = Arrays.stream(seeds)
                    .mapToDouble(seed -> point.getValue()[seed])
                    .average()
                    .orElse(Double.NaN);
            double size = Math.log(point.getKey());
            if (now >= accuracy) {
                return OptionalDouble.of(
                        Double.isNaN(before)
                                ? point.getKey()
                                : Math.exp(before + (size - before) * (accuracy - best) / (now - best)));
            }
            if (now > best) {
                best = now;
            }
            before = size;
        }
        return OptionalDouble.empty();
    }

    /**
     * How many times as many pairs this curve needs as another one, with the middle 95 % of draws of seeds, the same for both
     * (paired bootstrap; Efron and Tibshirani, 1993). A draw in which a curve does not get there, or is there from its smallest size, bounds
     * the ratio from one side or from none, and so does the interval then.
     *
     * @return {@code atLeast} where this curve does not get there, or the other one is there from its smallest size
     */
    public Ratio over(Curve other, double accuracy, int seeds, int draws, Random random) {
        int[] all = new int[seeds];
        Arrays.setAll(all, i -> i);
        double[] low = new double[draws];
        double[] high = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            int[] drawn = random.ints(seeds, 0, seeds).toArray();
            Need ours = need(accuracy, drawn);
            Need theirs = other.need(accuracy, drawn);
            low[draw] = ours.least() / theirs.most();
            high[draw] = ours.most() / theirs.least();
        }
        Arrays.sort(low);
        Arrays.sort(high);
        boolean censored = pairsAt(accuracy, all).isEmpty()
                || other.pairsAt(accuracy, all).orElse(Double.NaN)
                        <= other.accuracies().firstKey();
        return new Ratio(
                low[(int) (0.025 * draws)],
                ratio(other, accuracy, all),
                high[Math.min(draws - 1, (int) (0.975 * draws))],
                censored);
    }

    /** Bounds of the pairs that an accuracy takes: one number if it is reached between two sizes. */
    private record Need(double least, double most) {}

    private Need need(double accuracy, int[] seeds) {
        OptionalDouble pairs = pairsAt(accuracy, seeds);
        if (pairs.isEmpty()) {
            return new Need(accuracies.lastKey(), Double.POSITIVE_INFINITY);
        }
        double at = pairs.getAsDouble();
        return new Need(at <= accuracies.firstKey() ? 0 : at, at);
    }

    /** NaN if the other one does not get there; from the greatest size if this one does not. */
    private double ratio(Curve other, double accuracy, int[] seeds) {
        OptionalDouble theirs = other.pairsAt(accuracy, seeds);
        return theirs.isEmpty()
                ? Double.NaN
                : pairsAt(accuracy, seeds).orElse(accuracies.lastKey()) / theirs.getAsDouble();
    }
}
