package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a kill loop.
 *
 * @param ratios figures that are judged, each against 1
 * @param context further figures
 * @param verdict what the topics hold
 * @param failures what did not hold, a sentence each
 */
public record FaultReport(
        Map<String, Double> ratios, Map<String, Object> context, Verdict verdict, List<String> failures) {

    /** Whether every guarantee held. */
    public boolean holds() {
        return failures.isEmpty();
    }

    /** The same as a JSON object. */
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("name", "faults");
        report.put("holds", holds());
        report.put("failures", failures);
        report.put("ratios", ratios);
        report.put("context", context);
        report.put("verdict", verdict.report());
        return report;
    }

    static @Nullable Double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        return sorted.isEmpty() ? null : rounded(sorted.get(sorted.size() / 2));
    }

    static @Nullable Double max(List<Double> numbers) {
        return numbers.isEmpty()
                ? null
                : rounded(
                        numbers.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
    }

    static double rounded(double number) {
        return Math.round(number * 1e3) / 1e3;
    }
}
