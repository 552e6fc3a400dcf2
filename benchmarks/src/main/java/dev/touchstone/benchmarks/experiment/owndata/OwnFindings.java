package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.CellResult;
import dev.touchstone.benchmarks.experiment.Interval;
import dev.touchstone.benchmarks.experiment.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Immutable. What the results of an {@link OwnExperiment} say, in the shape of the findings of the experiment on a made-up task. */
final class OwnFindings {
    private static final String ID = OwnLaboratory.TEST;
    /** Best of n, in a row. */
    private static final String BEST = "best_of_n";

    private final OwnExperiment experiment;
    private final OwnData data;
    private final PromptBootstrap bootstrap;
    private final BestOf bestOf;
    private final List<String> tests = new ArrayList<>(List.of(ID, "absent", "swapped"));
    private final int most;
    private final Map<String, Object> json = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Statement> headline;

    OwnFindings(OwnExperiment experiment) {
        this.experiment = experiment;
        data = experiment.laboratory().data();
        bootstrap = new PromptBootstrap(data);
        bestOf = new BestOf(data);
        if (data.critics() == OwnData.Critics.REFERENCE) {
            experiment.design().errors().forEach(error -> tests.add(CellResult.drift(error)));
        }
        tests.add("train");
        List<Integer> sizes = experiment.laboratory().sizes();
        most = sizes.get(sizes.size() - 1);
        json.put("data", about());
        json.put("rows", rows());
        json.put("rules", rules());
        json.put("differences", differences());
        json.put("ratios", ratios());
        headline = new OwnHeadline(experiment, bootstrap, most).statements();
        json.put("headline", headline.stream().map(Statement::line).toList());
        text.append('\n');
        headline.forEach(statement -> line("%s", statement.line()));
    }

    Map<String, Object> json() {
        return json;
    }

    List<Statement> headline() {
        return headline;
    }

    /** Names of the columns of the models' table. */
    List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("arm", "pairs", "seeds", "steps"));
        columns.addAll(tests);
        columns.addAll(List.of(BEST, "cut"));
        return columns;
    }

    /** Tables for a terminal, the headline last. */
    String text() {
        return text.toString();
    }

    private Map<String, Object> about() {
        OwnDesign design = experiment.design();
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("name", data.name());
        about.put("pairs", data.pairs().size());
        about.put("prompts", data.prompts().size());
        about.put("critics", data.critics().name().toLowerCase(Locale.ROOT));
        about.put("folds", design.folds());
        about.put("seeds", experiment.completeSeeds().size());
        about.put("width", design.width());
        List<String> notes = new ArrayList<>(data.notes());
        if (bestOf.prompts() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Best of n: the share of %,d prompts with three completions or more at which a right one has the highest reward; guessing makes"
                            + " it %.3f.",
                    bestOf.prompts(),
                    bestOf.guess()));
        }
        about.put("notes", notes);
        line(
                "%s: %,d pairs of %,d prompts; %d folds, seeds: %d",
                data.name(),
                data.pairs().size(),
                data.prompts().size(),
                design.folds(),
                experiment.completeSeeds().size());
        notes.forEach(note -> line("%s", note));
        return about;
    }

    private List<Map<String, Object>> rows() {
        line("");
        line(
                "%-20s %7s %15s %s %9s %6s",
                "arm",
                "pairs",
                "95 %",
                String.join("", tests.stream().map(OwnFindings::column).toList()),
                BEST,
                "cut");
        List<Map<String, Object>> rows = new ArrayList<>();
        experiment.conditions().forEach((condition, sizes) -> {
            for (int size : sizes) {
                rows.add(row(condition, size));
            }
        });
        return rows;
    }

    private Map<String, Object> row(OwnCondition condition, int size) {
        List<CellResult> results = experiment.results(condition, size);
        List<Outcomes.Outcome> outcomes = experiment.outcomes(condition, size);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("arm", condition.label());
        row.put("pairs", size);
        row.put(
                "rate",
                Numbers.mean(results.stream().mapToDouble(CellResult::rate).toArray()));
        row.put("seeds", results.size());
        row.put("steps", results.get(0).steps());
        StringBuilder shown = new StringBuilder();
        for (String test : tests) {
            double[] values = results.stream()
                    .filter(result -> result.accuracies().containsKey(test))
                    .mapToDouble(result -> result.accuracies().getOrDefault(test, Double.NaN))
                    .toArray();
            row.put(test, values.length == 0 ? null : (Object) Numbers.mean(values));
            row.put(test + "BySeed", values);
            shown.append(column(values.length == 0 ? "-" : three(Numbers.mean(values))));
        }
        Interval interval = bootstrap.mean(right(outcomes));
        row.put(ID + "Low", interval.low());
        row.put(ID + "High", interval.high());
        double cut = Numbers.mean(
                outcomes.stream().mapToDouble(Outcomes.Outcome::cut).toArray());
        row.put("cut", cut);
        double best = Numbers.mean(outcomes.stream()
                .mapToDouble(outcome -> bestOf.share(outcome.right().getOrDefault(ID, new double[0])))
                .toArray());
        row.put(BEST, finite(best));
        line(
                "%-20s %,7d %15s %s %9s %6.3f",
                condition.label(), size, words(interval), shown, Double.isNaN(best) ? "-" : three(best), cut);
        return row;
    }

    private List<Map<String, Object>> rules() {
        List<Map<String, Object>> rules = new ArrayList<>();
        line("");
        for (OwnCondition condition : experiment.critiqued()) {
            if (experiment.hasVerdicts()) {
                rules.add(rule("rule, given weights", condition.error(), 0, experiment.rule(condition, 0)));
                rules.add(rule("rule, fitted", condition.error(), most, experiment.rule(condition, most)));
            } else {
                line("These critiques have no verdicts, so there is no rule to compare with.");
            }
        }
        rules.add(rule("longer is better", null, 0, experiment.laboratory().longer()));
        return rules;
    }

    private Map<String, Object> rule(String name, @Nullable Double error, int pairs, double[] right) {
        Interval interval = bootstrap.mean(right);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", name);
        row.put("error", error);
        row.put("pairs", pairs);
        row.put(ID, interval.middle());
        row.put(ID + "Low", interval.low());
        row.put(ID + "High", interval.high());
        line(
                "%-25s %,7d %6s %15s",
                error == null ? name : name + String.format(Locale.ROOT, " %.2f", error),
                pairs,
                three(interval.middle()),
                words(interval));
        return row;
    }

    private List<Map<String, Object>> differences() {
        List<Map<String, Object>> differences = new ArrayList<>();
        double[] plain = right(experiment.outcomes(new OwnCondition(Arm.PLAIN, null), most));
        line("");
        line("With %,d pairs, over plain:", most);
        experiment.conditions().keySet().forEach(condition -> {
            if (condition.arm() != Arm.PLAIN) {
                Interval interval = bootstrap.difference(right(experiment.outcomes(condition, most)), plain);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("arm", condition.label());
                row.put("over", "plain");
                row.put("pairs", most);
                row.put("difference", interval.middle());
                row.put("low", interval.low());
                row.put("high", interval.high());
                differences.add(row);
                line(
                        "%-20s %+.3f (%+.3f to %+.3f)",
                        condition.label(), interval.middle(), interval.low(), interval.high());
            }
        });
        return differences;
    }

    private List<Map<String, Object>> ratios() {
        List<Map<String, Object>> ratios = new ArrayList<>();
        PairRatios pairRatios = new PairRatios(experiment, bootstrap);
        line("");
        for (OwnCondition condition : experiment.critiqued()) {
            for (double accuracy : PairRatios.ACCURACIES) {
                PairRatios.Ratio ratio = pairRatios.of(condition, accuracy);
                boolean reached = !Double.isNaN(ratio.interval().middle());
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("error", condition.error());
                row.put("accuracy", accuracy);
                row.put("ratio", finite(ratio.interval().middle()));
                row.put("low", finite(ratio.interval().low()));
                row.put("high", finite(ratio.interval().high()));
                row.put("atLeast", ratio.atLeast());
                ratios.add(row);
                line("%s at %.2f: %s", condition.label(), accuracy, reached ? words(ratio) : "it does not get there");
            }
        }
        return ratios;
    }

    /** Draws in which the critiqued arm does not get there have no ratio, and with some of them the interval has no end. */
    static String words(PairRatios.Ratio ratio) {
        Interval interval = ratio.interval();
        return String.format(
                Locale.ROOT,
                "a critiqued pair is worth %s%.1f plain ones (%s)",
                ratio.atLeast() ? "at least " : "",
                interval.middle(),
                Double.isNaN(interval.high()) || Double.isNaN(interval.low())
                        ? "in some draws it does not get there"
                        : String.format(Locale.ROOT, "%.1f to %.1f", interval.low(), interval.high()));
    }

    /** For each pair the mean over the seeds. */
    static double[] right(List<Outcomes.Outcome> outcomes) {
        return Numbers.mean(outcomes.stream()
                .map(outcome -> outcome.right().getOrDefault(ID, new double[0]))
                .toList());
    }

    private static @Nullable Object finite(double value) {
        return Double.isNaN(value) ? null : (Object) value;
    }

    private static String column(String text) {
        return String.format(Locale.ROOT, " %11s", text);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String words(Interval interval) {
        return three(interval.low()) + " to " + three(interval.high());
    }

    private void line(String format, @Nullable Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
