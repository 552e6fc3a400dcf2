package dev.touchstone.benchmarks.experiment;

import java.util.Locale;
import java.util.Map;

/**
 * What came of a cell.
 *
 * @param key the cell's
 * @param label of its condition
 * @param pairs it learnt from
 * @param seed its seed
 * @param rate its learning rate
 * @param steps of the optimiser in all
 * @param best the step that was best on validation
 * @param validation accuracy there, with wrong labels among them, 0 to 1
 * @param accuracies there by name of the test, 0 to 1; {@code train} is on pairs that it learnt from
 * @param seconds that the run took
 */
public record CellResult(
        String key,
        String label,
        int pairs,
        int seed,
        double rate,
        int steps,
        long best,
        double validation,
        Map<String, Double> accuracies,
        double seconds) {
    /** The name of the test with a critic of this error. */
    public static String drift(double error) {
        return String.format(Locale.ROOT, "critic_%.2f", error);
    }
}
