package dev.touchstone.benchmarks.experiment;

import dev.touchstone.benchmarks.experiment.report.Block;
import dev.touchstone.benchmarks.experiment.report.IntervalChart;
import dev.touchstone.benchmarks.experiment.report.LineChart;
import dev.touchstone.benchmarks.experiment.report.MatrixChart;
import dev.touchstone.benchmarks.experiment.report.Notice;
import dev.touchstone.benchmarks.experiment.report.Page;
import dev.touchstone.benchmarks.experiment.report.Prose;
import dev.touchstone.benchmarks.experiment.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The findings of an experiment as a page. */
final class ExperimentReport {
    private static final String BAND =
            "Points are means over the seeds, bands reach from the lowest to the highest seed; the table below has the numbers.";

    private ExperimentReport() {}

    /**
     * The page.
     *
     * @param labels the most that training labels allow without learning flips by heart
     * @param about command, date, machine, seeds
     */
    static Page page(Findings findings, double labels, String about) {
        List<Block> headline = new ArrayList<>();
        findings.headline()
                .forEach(statement -> headline.add(new Notice(
                        statement.outcome().tone().name().toLowerCase(Locale.ROOT),
                        statement.outcome().words() + ":",
                        statement.text())));
        headline.add(new Prose(about));
        List<Page.Section> sections = new ArrayList<>();
        sections.add(new Page.Section("What came out", headline));
        sections.add(new Page.Section("Drawn", drawings(findings)));
        if (!findings.ratios().isEmpty()) {
            sections.add(new Page.Section("Plain pairs for a critiqued one", ratios(findings)));
            sections.add(new Page.Section("Points over plain with as many pairs", List.of(gains(findings))));
        }
        sections.add(new Page.Section(
                "All figures",
                List.of(
                        cells(findings),
                        new Prose(String.format(
                                Locale.ROOT,
                                "Each: the mean, and the lowest and highest seed. Labels of training are wrong in a part: above %.2f on"
                                        + " train a model has learnt wrong labels by heart. Calls and tokens are those of one run's training pairs.",
                                labels)))));
        sections.add(new Page.Section(
                "Without a model",
                List.of(
                        rules(findings),
                        ceilings(findings),
                        new Prose(
                                "The best possible is what somebody reaches on id who knows how the task is made, but sees only this of a"
                                        + " pair. A model may go above it where it has learnt the tables."))));
        return new Page(
                findings.experiment().question(),
                "Experiment " + findings.experiment().title() + " on the made-up task.",
                sections);
    }

    private static List<Block> drawings(Findings findings) {
        return switch (findings.experiment()) {
            case DATA_EFFICIENCY ->
                List.of(overPairs(findings, Evidence.ID), overPairs(findings, Laboratory.BEST_OF_FOUR));
            case HARD_SLICE -> List.of(overPairs(findings, "hard"));
            case OOD -> List.of(overPairs(findings, "ood_operands"), overPairs(findings, "ood_family"));
            case CRITIC_QUALITY -> List.of(dose(findings));
            case CRITIC_DRIFT ->
                findings.grid().controlSizes().stream()
                        .map(size -> drift(findings, size))
                        .toList();
        };
    }

    private static Block overPairs(Findings findings, String test) {
        Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
        for (Findings.Row row : findings.rows()) {
            lines.computeIfAbsent(row.condition().label(), label -> new ArrayList<>())
                    .addAll(point(row.pairs(), row, test));
        }
        return new LineChart(
                "Accuracy on " + test + " over the number of pairs",
                BAND,
                "pairs (logarithmic)",
                true,
                series(lines),
                test.equals(Evidence.ID) ? levels(findings) : List.of());
    }

    private static Block dose(Findings findings) {
        Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
        List<LineChart.Level> levels = new ArrayList<>();
        for (Findings.Row row : findings.rows()) {
            if (row.condition().arm() == Arm.PLAIN) {
                levels.add(new LineChart.Level(
                        String.format(Locale.ROOT, "plain, %,d pairs", row.pairs()), row.mean(Evidence.ID)));
            } else {
                lines.computeIfAbsent(
                                String.format(Locale.ROOT, "critiqued, %,d pairs", row.pairs()),
                                label -> new ArrayList<>())
                        .addAll(point(row.condition().error(), row, Evidence.ID));
            }
        }
        lines.put(
                "best possible by verdicts",
                findings.ceilings().stream()
                        .map(one -> new LineChart.Point(one.error(), one.verdicts(), one.verdicts(), one.verdicts()))
                        .toList());
        return new LineChart(
                "Accuracy on id over the critic's error",
                BAND,
                "error of the critic's verdicts",
                false,
                series(lines),
                levels.stream().filter(level -> !Double.isNaN(level.value())).toList());
    }

    private static Block drift(Findings findings, int size) {
        List<Findings.Row> rows = findings.rows().stream()
                .filter(row -> row.pairs() == size && row.condition().arm() == Arm.CRITIQUED)
                .toList();
        List<String> tests = List.of("critic_0.05", "critic_0.20", "critic_0.40", "other_words", "absent", "swapped");
        return new MatrixChart(
                String.format(
                        Locale.ROOT,
                        "Accuracy on id with %,d pairs: the critic of training, and that of the test",
                        size),
                "One row for each critic of training, one column for each of the test; the table below has the numbers.",
                rows.stream()
                        .map(row -> "train "
                                + String.format(
                                        Locale.ROOT, "%.2f", row.condition().error()))
                        .toList(),
                List.of("0.05", "0.20", "0.40", "words", "absent", "swap"),
                rows.stream().map(row -> tests.stream().map(row::mean).toList()).toList());
    }

    private static List<LineChart.Point> point(double x, Findings.Row row, String test) {
        double[] values = row.values(test);
        return values.length == 0
                ? List.of()
                : List.of(new LineChart.Point(
                        x,
                        row.mean(test),
                        Arrays.stream(values).min().orElse(Double.NaN),
                        Arrays.stream(values).max().orElse(Double.NaN)));
    }

    private static List<LineChart.Series> series(Map<String, List<LineChart.Point>> lines) {
        return lines.entrySet().stream()
                .map(line -> new LineChart.Series(line.getKey(), line.getValue()))
                .toList();
    }

    private static List<LineChart.Level> levels(Findings findings) {
        Findings.Ceiling best = findings.ceilings().get(0);
        return List.of(
                new LineChart.Level(
                        String.format(Locale.ROOT, "best possible by verdicts, %.2f", best.error()), best.verdicts()),
                new LineChart.Level(
                        String.format(Locale.ROOT, "by verdicts, taste and length, %.2f", best.error()),
                        best.verdictsTasteAndLength()));
    }

    private static List<Block> ratios(Findings findings) {
        List<IntervalChart.Row> drawn = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (Findings.RatioAt at : findings.ratios()) {
            String label = String.format(Locale.ROOT, "error %.2f at %.2f", at.error(), at.accuracy());
            Curve.Ratio ratio = at.ratio();
            drawn.add(new IntervalChart.Row(label, ratio.low(), ratio.middle(), ratio.high(), ratio.atLeast()));
            rows.add(List.of(label, ratio.words()));
        }
        return List.of(
                new IntervalChart(
                        "Plain pairs for a critiqued one, with the middle 95 % of draws of the seeds",
                        "An open mark is a lower bound, an arrow an interval without an end; the table has the numbers.",
                        drawn),
                new Table("Critic and accuracy on id", List.of("critic", "ratio (interval)"), rows));
    }

    private static Table gains(Findings findings) {
        return new Table(
                "Accuracy on id, critiqued less plain, with the middle 95 % of draws of the seeds",
                List.of("critic", "pairs", "points (interval)"),
                findings.gains().stream()
                        .map(at -> List.of(
                                String.format(Locale.ROOT, "error %.2f", at.error()),
                                number(at.pairs()),
                                at.gain().points()))
                        .toList());
    }

    private static Table cells(Findings findings) {
        List<String> head = new ArrayList<>(List.of("arm", "pairs", "seeds", "rate", "steps"));
        head.addAll(findings.experiment().tests());
        head.addAll(List.of("critic calls", "critique tokens"));
        List<List<String>> rows = new ArrayList<>();
        for (Findings.Row row : findings.rows()) {
            List<String> cells = new ArrayList<>(List.of(
                    row.condition().label(),
                    number(row.pairs()),
                    number(row.seeds()),
                    String.valueOf(row.rate()),
                    number(row.steps())));
            findings.experiment().tests().forEach(test -> cells.add(figure(row, test)));
            cells.addAll(List.of(number(row.cost().calls()), number(row.cost().tokens())));
            rows.add(cells);
        }
        return new Table("Accuracies of the models", head, rows);
    }

    private static Table rules(Findings findings) {
        List<String> tests = findings.experiment().tests();
        List<String> head = new ArrayList<>(List.of("rule", "pairs"));
        head.addAll(tests);
        return new Table(
                "The weighted sum of the critic's verdicts",
                head,
                findings.rules().stream()
                        .map(rule -> {
                            List<String> cells = new ArrayList<>(List.of(
                                    String.format(Locale.ROOT, "%s %.2f", rule.name(), rule.error()),
                                    number(rule.pairs())));
                            tests.forEach(
                                    test -> cells.add(share(rule.accuracies().getOrDefault(test, Double.NaN))));
                            return cells;
                        })
                        .map(List::copyOf)
                        .toList());
    }

    private static Table ceilings(Findings findings) {
        return new Table(
                "Best possible on id",
                List.of("critic's error", "verdicts", "verdicts, taste and length"),
                findings.ceilings().stream()
                        .map(one -> List.of(
                                String.format(Locale.ROOT, "%.2f", one.error()),
                                share(one.verdicts()),
                                share(one.verdictsTasteAndLength())))
                        .toList());
    }

    private static String figure(Findings.Row row, String test) {
        double[] values = row.values(test);
        return values.length == 0
                ? "\u2013"
                : String.format(
                        Locale.ROOT,
                        "%.3f (%.3f\u2013%.3f)",
                        row.mean(test),
                        Arrays.stream(values).min().orElse(Double.NaN),
                        Arrays.stream(values).max().orElse(Double.NaN));
    }

    private static String share(double value) {
        return Double.isNaN(value) ? "\u2013" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
