package dev.touchstone.benchmarks.experiment;

import dev.touchstone.benchmarks.experiment.DataEfficiency.Design;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Immutable. What the results of {@link DataEfficiency} say. Accuracies and conditions of failure were fixed before the first
 * run; docs/experiments.md says when.
 */
final class Findings {
    /** Accuracies at which pairs are compared. */
    static final List<Double> ACCURACIES = List.of(0.80, 0.85, 0.87);

    /** A control that is nearer to the critiqued arm than this did as well: then it is not the critique that helps. */
    static final double NEAR = 0.01;

    private static final int DRAWS = 2_000;
    private static final String ID = "id";
    private static final List<String> TESTS =
            List.of(ID, "hard", "ood_operands", "ood_family", "absent", "swapped", "train");

    private final Map<String, Object> json = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final List<String> headline = new ArrayList<>();

    /** Draws conclusions; draws of the bootstrap are always the same. */
    Findings(DataEfficiency experiment, Laboratory laboratory, Design design) {
        Map<Condition, Curve> curves = new LinkedHashMap<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        line(
                "%-22s %7s %6s %6s %6s %6s %6s %6s %6s",
                "arm", "pairs", "id", "hard", "ood-o", "ood-f", "absent", "swap", "train");
        design.conditions().forEach((condition, sizes) -> {
            List<CellResult> results = experiment.of(condition);
            curves.put(condition, Curve.of(results, ID, design.seeds()));
            for (int size : sizes) {
                rows.add(row(condition, size, results, experiment.rate(condition)));
            }
        });
        json.put("rows", rows);
        json.put("rules", rules(laboratory, design));
        json.put("ratios", ratios(curves, design));
        judge(curves, laboratory, design);
        json.put("headline", headline);
    }

    Map<String, Object> json() {
        return json;
    }

    /** Tables for a terminal, the headline last. */
    String text() {
        return text + "\n" + String.join("\n", headline) + "\n";
    }

    private Map<String, Object> row(Condition condition, int size, List<CellResult> all, double rate) {
        List<CellResult> results =
                all.stream().filter(result -> result.pairs() == size).toList();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("arm", condition.label());
        row.put("pairs", size);
        row.put("rate", rate);
        row.put("seeds", results.size());
        row.put("steps", results.isEmpty() ? 0 : results.get(0).steps());
        Object[] shown = new Object[2 + TESTS.size()];
        shown[0] = condition.label();
        shown[1] = size;
        for (int i = 0; i < TESTS.size(); i++) {
            String test = TESTS.get(i);
            double[] values = results.stream()
                    .filter(result -> result.accuracies().containsKey(test))
                    .mapToDouble(result -> result.accuracies().getOrDefault(test, Double.NaN))
                    .toArray();
            double mean = Arrays.stream(values).average().orElse(Double.NaN);
            row.put(test, Double.isNaN(mean) ? null : (Object) mean);
            row.put(test + "BySeed", values);
            shown[2 + i] = Double.isNaN(mean) ? "-" : String.format(Locale.ROOT, "%.3f", mean);
        }
        line("%-22s %,7d %6s %6s %6s %6s %6s %6s %6s", shown);
        return row;
    }

    private List<Map<String, Object>> rules(Laboratory laboratory, Design design) {
        List<Map<String, Object>> rules = new ArrayList<>();
        line("");
        for (double error : design.errors()) {
            Condition condition = new Condition(Arm.CRITIQUED, error);
            rules.add(rule("rule, given weights", laboratory, new Cell(condition, 1, 1, 0), false));
            for (int size : design.critiquedSizes()) {
                rules.add(rule("rule, fitted", laboratory, new Cell(condition, size, 1, 0), true));
            }
        }
        return rules;
    }

    private Map<String, Object> rule(String name, Laboratory laboratory, Cell cell, boolean fitted) {
        Map<LookupTask.Slice, Double> accuracies = laboratory.rule(cell, fitted);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", name);
        row.put("error", cell.condition().error());
        row.put("pairs", fitted ? cell.pairs() : 0);
        accuracies.forEach((slice, accuracy) -> row.put(slice.name().toLowerCase(Locale.ROOT), accuracy));
        line(
                "%-22s %,7d %6.3f %6.3f %6.3f %6.3f",
                String.format(Locale.ROOT, "%s %.2f", name, cell.condition().error()),
                fitted ? cell.pairs() : 0,
                accuracies.getOrDefault(LookupTask.Slice.ID, Double.NaN),
                accuracies.getOrDefault(LookupTask.Slice.HARD, Double.NaN),
                accuracies.getOrDefault(LookupTask.Slice.OOD_OPERANDS, Double.NaN),
                accuracies.getOrDefault(LookupTask.Slice.OOD_FAMILY, Double.NaN));
        return row;
    }

    private List<Map<String, Object>> ratios(Map<Condition, Curve> curves, Design design) {
        List<Map<String, Object>> ratios = new ArrayList<>();
        Curve plain = curves.get(new Condition(Arm.PLAIN, 0));
        line("");
        for (double error : design.errors()) {
            Curve critiqued = curves.get(new Condition(Arm.CRITIQUED, error));
            for (double accuracy : ACCURACIES) {
                if (plain == null
                        || critiqued == null
                        || critiqued.accuracies().isEmpty()
                        || plain.accuracies().isEmpty()) {
                    continue;
                }
                Curve.Ratio ratio = plain.over(critiqued, accuracy, design.seeds(), DRAWS, new Random(1));
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("error", error);
                row.put("accuracy", accuracy);
                boolean reached = !Double.isNaN(ratio.middle());
                row.put("ratio", reached ? (Object) ratio.middle() : null);
                row.put("low", reached ? (Object) ratio.low() : null);
                row.put("high", reached ? (Object) ratio.high() : null);
                row.put("atLeast", ratio.atLeast());
                ratios.add(row);
                line(
                        reached
                                ? "critic %.2f at %.2f: a critiqued pair is worth "
                                        + (ratio.atLeast() ? "at least " : "") + "%.1f plain ones (%.1f to %.1f)"
                                : "critic %.2f at %.2f: the critiqued arm does not get there",
                        error,
                        accuracy,
                        ratio.middle(),
                        ratio.low(),
                        ratio.high());
            }
        }
        return ratios;
    }

    /** The conditions of failure, in words. */
    private void judge(Map<Condition, Curve> curves, Laboratory laboratory, Design design) {
        double error = design.errors().get(0);
        Curve critiqued = curves.get(new Condition(Arm.CRITIQUED, error));
        int size = design.controlSizes().get(design.controlSizes().size() - 1);
        if (critiqued == null || !critiqued.accuracies().containsKey(size)) {
            headline.add("Runs are missing: nothing can be said yet.");
            return;
        }
        double ours = critiqued.mean(size);
        for (Arm control : List.of(Arm.SHUFFLED, Arm.FILLER)) {
            Curve curve = curves.get(new Condition(control, error));
            if (curve != null && curve.mean(size) > ours - NEAR) {
                headline.add(String.format(
                        Locale.ROOT,
                        "NOT REPRODUCED: with %,d pairs %s reaches %.3f, critiques %.3f.",
                        size,
                        control.name().toLowerCase(Locale.ROOT),
                        curve.mean(size),
                        ours));
            }
        }
        double fitted = laboratory
                .rule(new Cell(new Condition(Arm.CRITIQUED, error), size, 1, 0), true)
                .getOrDefault(LookupTask.Slice.ID, Double.NaN);
        headline.add(String.format(
                Locale.ROOT,
                ours > fitted
                        ? "With %,d pairs the critiqued model (%.3f) is better than the fitted rule of its critic's verdicts (%.3f)."
                        : "With %,d pairs the critiqued model (%.3f) is NOT better than the fitted rule of its critic's verdicts (%.3f):"
                                + " preferences add nothing there.",
                size,
                ours,
                fitted));
        Curve leaked = curves.get(new Condition(Arm.LEAKED, error));
        if (leaked != null && leaked.mean(size) <= ours) {
            headline.add(
                    "THE CANARY IS SILENT: a critic that knows the labels is no better than one that does not, so labels leak.");
        }
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
