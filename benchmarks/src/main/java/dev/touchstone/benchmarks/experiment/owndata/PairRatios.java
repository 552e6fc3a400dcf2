package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.Curve;
import dev.touchstone.benchmarks.experiment.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Immutable. How many times as many pairs the plain arm needs as a critiqued one for the same accuracy. */
final class PairRatios {
    /** Fixed before the first run. */
    static final List<Double> ACCURACIES = List.of(0.60, 0.70, 0.80);

    private static final int[] ONE = {0};

    private final OwnExperiment experiment;
    private final PromptBootstrap bootstrap;
    private final Map<Integer, double[]> plain;

    /** @param atLeast whether the plain arm does not get there, or the critiqued one is there from its smallest size */
    record Ratio(Interval interval, boolean atLeast) {}

    PairRatios(OwnExperiment experiment, PromptBootstrap bootstrap) {
        this.experiment = experiment;
        this.bootstrap = bootstrap;
        plain = right(new OwnCondition(Arm.PLAIN, null));
    }

    /** NaN if the critiqued arm does not get there, with all prompts or in the middle of the draws. */
    Ratio of(OwnCondition condition, double accuracy) {
        Map<Integer, double[]> critiqued = right(condition);
        Interval interval = bootstrap.of(times -> ratio(critiqued, times, accuracy));
        int[] once = new int[plain.values().iterator().next().length];
        Arrays.fill(once, 1);
        boolean atLeast = curve(plain, once).pairsAt(accuracy, ONE).isEmpty()
                || curve(critiqued, once).pairsAt(accuracy, ONE).orElse(Double.NaN)
                        <= experiment.laboratory().sizes().get(0);
        return new Ratio(interval, atLeast);
    }

    private double ratio(Map<Integer, double[]> critiqued, int[] times, double accuracy) {
        OptionalDouble theirs = curve(critiqued, times).pairsAt(accuracy, ONE);
        Curve ours = curve(plain, times);
        return theirs.isEmpty()
                ? Double.NaN
                : ours.pairsAt(accuracy, ONE).orElse(ours.accuracies().lastKey()) / theirs.getAsDouble();
    }

    private static Curve curve(Map<Integer, double[]> right, int[] times) {
        TreeMap<Integer, double[]> accuracies = new TreeMap<>();
        right.forEach((size, values) -> accuracies.put(size, new double[] {PromptBootstrap.mean(values, times)}));
        return new Curve(accuracies);
    }

    private Map<Integer, double[]> right(OwnCondition condition) {
        Map<Integer, double[]> right = new TreeMap<>();
        for (int size : experiment.laboratory().sizes()) {
            right.put(size, OwnFindings.right(experiment.outcomes(condition, size)));
        }
        return right;
    }
}
