package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Findings for a terminal and for programs. */
final class FindingsText {
    private FindingsText() {}

    /** Tables, the headline last. */
    static String text(Findings findings) {
        List<String> tests = findings.experiment().tests();
        StringBuilder text = new StringBuilder();
        List<String> head = new ArrayList<>(tests);
        head.add("critic calls");
        line(text, "arm", "pairs", head);
        for (Findings.Row row : findings.rows()) {
            List<String> cells = new ArrayList<>();
            tests.forEach(test -> cells.add(figure(row.mean(test))));
            cells.add(String.format(Locale.ROOT, "%,d", row.cost().calls()));
            line(text, row.condition().label(), String.format(Locale.ROOT, "%,d", row.pairs()), cells);
        }
        text.append('\n');
        for (Findings.Rule rule : findings.rules()) {
            line(
                    text,
                    String.format(Locale.ROOT, "%s %.2f", rule.name(), rule.error()),
                    rule.pairs() == 0 ? "-" : String.format(Locale.ROOT, "%,d", rule.pairs()),
                    tests.stream()
                            .map(test -> figure(rule.accuracies().getOrDefault(test, Double.NaN)))
                            .toList());
        }
        text.append('\n');
        for (Findings.Ceiling ceiling : findings.ceilings()) {
            text.append(String.format(
                    Locale.ROOT,
                    "best possible on id with a critic of error %.2f: %.3f by verdicts, %.3f by verdicts, taste and length%n",
                    ceiling.error(),
                    ceiling.verdicts(),
                    ceiling.verdictsTasteAndLength()));
        }
        for (Findings.RatioAt at : findings.ratios()) {
            text.append(String.format(
                    Locale.ROOT,
                    "critic %.2f at %.2f: plain pairs for a critiqued one: %s%n",
                    at.error(),
                    at.accuracy(),
                    at.ratio().words()));
        }
        for (Findings.GainAt at : findings.gains()) {
            text.append(String.format(
                    Locale.ROOT,
                    "critic %.2f, %,d pairs: points over plain: %s%n",
                    at.error(),
                    at.pairs(),
                    at.gain().points()));
        }
        text.append('\n');
        findings.headline().forEach(statement -> text.append(statement.line()).append('\n'));
        return text.toString();
    }

    /** The same and every seed's figures. */
    static Map<String, Object> json(Findings findings) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("experiment", findings.experiment().title());
        json.put("headline", findings.headline().stream().map(Statement::line).toList());
        json.put(
                "outcomes",
                findings.headline().stream()
                        .map(statement -> statement.outcome().name())
                        .toList());
        json.put("rows", findings.rows().stream().map(FindingsText::row).toList());
        json.put("rules", findings.rules());
        json.put("ceilings", findings.ceilings());
        json.put("ratios", findings.ratios().stream().map(FindingsText::ratio).toList());
        json.put("gains", findings.gains());
        return json;
    }

    private static Map<String, Object> row(Findings.Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("arm", row.condition().label());
        json.put("pairs", row.pairs());
        json.put("rate", row.rate());
        json.put("seeds", row.seeds());
        json.put("steps", row.steps());
        json.put("criticCalls", row.cost().calls());
        json.put("critiqueTokens", row.cost().tokens());
        row.bySeed().forEach((test, values) -> {
            json.put(test, row.mean(test));
            json.put(test + "BySeed", values);
        });
        return json;
    }

    private static Map<String, @Nullable Object> ratio(Findings.RatioAt at) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        boolean reached = !Double.isNaN(at.ratio().middle());
        json.put("error", at.error());
        json.put("accuracy", at.accuracy());
        json.put("ratio", reached ? at.ratio().middle() : null);
        json.put("low", at.ratio().low() > 0 ? at.ratio().low() : null);
        json.put(
                "high", Double.isInfinite(at.ratio().high()) ? null : at.ratio().high());
        json.put("atLeast", at.ratio().atLeast());
        return json;
    }

    private static void line(StringBuilder text, String arm, String pairs, List<String> cells) {
        text.append(String.format(Locale.ROOT, "%-24s %7s", arm, pairs));
        cells.forEach(cell -> text.append(String.format(Locale.ROOT, " %12s", cell)));
        text.append('\n');
    }

    private static String figure(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
