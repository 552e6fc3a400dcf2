package dev.touchstone.benchmarks.experiment;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Thread-safe. What the results of all experiments say so far of a condition, at the learning rate that is best for it.
 *
 * @param results of this grid
 * @param grid what is run
 */
record Evidence(ResultFile results, Grid grid) {
    /** The name of the test on pairs as in training. */
    static final String ID = "id";

    /** The results of a condition, one per size and seed; not those that only chose its rate. */
    List<CellResult> of(Condition condition) {
        double rate = rate(condition);
        return results.all().stream()
                .filter(result -> result.label().equals(condition.label())
                        && result.rate() == rate
                        && grid.seeds().contains(result.seed()))
                .toList();
    }

    /** Accuracy over pairs, of those sizes that all seeds have. */
    Curve curve(Condition condition, String test) {
        return Curve.of(of(condition), nameFor(condition, test), grid.seeds().count());
    }

    /** A test with the critic of training is the usual one. */
    static String nameFor(Condition condition, String test) {
        return condition.arm() == Arm.CRITIQUED && test.equals(CellResult.drift(condition.error())) ? ID : test;
    }

    /** The learning rate that is best on validation, over the sizes at which it is chosen; a seed of its own chooses it. */
    double rate(Condition condition) {
        return grid.rates().stream()
                .max(Comparator.comparingDouble(rate -> validation(condition, rate)))
                .orElseThrow();
    }

    /** The mean over the sizes of those that were run. */
    private double validation(Condition condition, double rate) {
        return rateCells(condition)
                .filter(cell -> cell.rate() == rate)
                .map(results::of)
                .flatMap(Optional::stream)
                .mapToDouble(CellResult::validation)
                .average()
                .orElse(0);
    }

    /** The runs that choose a condition's rate; none is needed where there is one rate. */
    Stream<Cell> rateCells(Condition condition) {
        return grid.rates().size() == 1
                ? Stream.empty()
                : grid.rates().stream()
                        .flatMap(rate ->
                                grid.rateSizes(condition).stream().map(size -> new Cell(condition, size, 0, rate)));
    }
}
