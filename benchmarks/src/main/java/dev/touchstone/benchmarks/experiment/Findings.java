package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Immutable. What the results of an experiment say.
 *
 * @param experiment which one
 * @param grid what was run
 * @param rows one for each condition and size
 * @param rules accuracies without any model
 * @param ceilings the best that could be had
 * @param ratios of pairs; empty but for {@link Experiment#DATA_EFFICIENCY}
 * @param gains over plain at equal numbers of pairs; empty in the same way
 * @param headline bad news first
 */
record Findings(
        Experiment experiment,
        Grid grid,
        List<Row> rows,
        List<Rule> rules,
        List<Ceiling> ceilings,
        List<RatioAt> ratios,
        List<GainAt> gains,
        List<Statement> headline) {
    /** Accuracies at which pairs are compared. */
    static final List<Double> ACCURACIES = List.of(0.80, 0.85, 0.87);

    private static final int DRAWS = 2_000;

    /**
     * The runs of one condition with so many pairs.
     *
     * @param seeds how many there are
     * @param bySeed accuracies by test, each in the order of the seeds
     * @param cost of the critiques of one run's training pairs
     */
    record Row(
            Condition condition,
            int pairs,
            double rate,
            int steps,
            int seeds,
            Map<String, double[]> bySeed,
            Laboratory.Cost cost) {
        /** Over the seeds; NaN where there is none. */
        double mean(String test) {
            return Arrays.stream(values(test)).average().orElse(Double.NaN);
        }

        double[] values(String test) {
            return bySeed.getOrDefault(Evidence.nameFor(condition, test), new double[0]);
        }
    }

    /** A rule's accuracies by test; no pairs if its weights were given. */
    record Rule(String name, double error, int pairs, Map<String, Double> accuracies) {}

    /** For a critic of this error: by its verdicts alone, and by these, the hidden taste and the lengths. */
    record Ceiling(double error, double verdicts, double verdictsTasteAndLength) {}

    /** How many plain pairs a critiqued one is worth at an accuracy. */
    record RatioAt(double error, double accuracy, Curve.Ratio ratio) {}

    /** What critiques add to the accuracy on id with so many pairs. */
    record GainAt(double error, int pairs, Interval gain) {}

    /** Draws conclusions; draws of the bootstrap are always the same. */
    static Findings of(Experiment experiment, Evidence evidence, Laboratory laboratory) {
        Grid grid = evidence.grid();
        List<Row> rows = new ArrayList<>();
        experiment
                .conditions(grid)
                .forEach((condition, sizes) ->
                        sizes.forEach(size -> rows.add(row(condition, size, evidence, laboratory))));
        int first = grid.seeds().first();
        List<Rule> rules = new ArrayList<>();
        List<Ceiling> ceilings = new ArrayList<>();
        for (double error : experiment.errors(grid)) {
            Condition condition = new Condition(Arm.CRITIQUED, error);
            rules.add(new Rule(
                    "rule, given weights", error, 0, laboratory.rule(new Cell(condition, 1, first, 0), false)));
            for (int size : experiment.conditions(grid).getOrDefault(condition, List.of())) {
                rules.add(new Rule(
                        "rule, fitted", error, size, laboratory.rule(new Cell(condition, size, first, 0), true)));
            }
            ceilings.add(new Ceiling(
                    error,
                    laboratory.ceilings().verdicts(error),
                    laboratory.ceilings().verdictsTasteAndLength(error, Seeds.random(Math.round(1_000 * error)))));
        }
        Map<String, Double> fitted =
                laboratory.rule(new Cell(new Condition(Arm.CRITIQUED, grid.best()), grid.judged(), 1, 0), true);
        List<GainAt> gains = experiment == Experiment.DATA_EFFICIENCY ? gains(evidence) : List.of();
        return new Findings(
                experiment,
                grid,
                List.copyOf(rows),
                List.copyOf(rules),
                List.copyOf(ceilings),
                experiment == Experiment.DATA_EFFICIENCY ? ratios(evidence) : List.of(),
                gains,
                new Headline(evidence, gains, fitted, laboratory.ceilings().verdicts(grid.best())).of(experiment));
    }

    private static Row row(Condition condition, int size, Evidence evidence, Laboratory laboratory) {
        List<CellResult> results = evidence.of(condition).stream()
                .filter(result -> result.pairs() == size)
                .sorted((a, b) -> Integer.compare(a.seed(), b.seed()))
                .toList();
        Map<String, double[]> bySeed = new LinkedHashMap<>();
        results.stream()
                .flatMap(result -> result.accuracies().keySet().stream())
                .distinct()
                .forEach(test -> bySeed.put(
                        test,
                        results.stream()
                                .filter(result -> result.accuracies().containsKey(test))
                                .mapToDouble(result -> result.accuracies().getOrDefault(test, Double.NaN))
                                .toArray()));
        double rate = evidence.rate(condition);
        return new Row(
                condition,
                size,
                rate,
                laboratory.steps(size),
                results.size(),
                bySeed,
                laboratory.cost(new Cell(condition, size, 1, rate)));
    }

    private static List<RatioAt> ratios(Evidence evidence) {
        Grid grid = evidence.grid();
        List<RatioAt> ratios = new ArrayList<>();
        Curve plain = evidence.curve(new Condition(Arm.PLAIN, 0), Evidence.ID);
        for (double error : grid.errors()) {
            Curve critiqued = evidence.curve(new Condition(Arm.CRITIQUED, error), Evidence.ID);
            if (!plain.accuracies().isEmpty() && !critiqued.accuracies().isEmpty()) {
                for (double accuracy : ACCURACIES) {
                    ratios.add(new RatioAt(
                            error,
                            accuracy,
                            plain.over(critiqued, accuracy, grid.seeds().count(), DRAWS, Seeds.random(1))));
                }
            }
        }
        return List.copyOf(ratios);
    }

    /** Of every critic, at every size that its arm and the plain one have. */
    static List<GainAt> gains(Evidence evidence) {
        List<GainAt> gains = new ArrayList<>();
        Curve plain = evidence.curve(new Condition(Arm.PLAIN, 0), Evidence.ID);
        for (double error : evidence.grid().errors()) {
            Curve critiqued = evidence.curve(new Condition(Arm.CRITIQUED, error), Evidence.ID);
            critiqued.accuracies().keySet().stream()
                    .filter(plain.accuracies()::containsKey)
                    .map(pairs -> new GainAt(error, pairs, critiqued.gain(plain, pairs, DRAWS, Seeds.random(1))))
                    .forEach(gains::add);
        }
        return List.copyOf(gains);
    }
}
