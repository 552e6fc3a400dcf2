package dev.touchstone.benchmarks.experiment.owndata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.benchmarks.experiment.report.Block;
import dev.touchstone.benchmarks.experiment.report.LineChart;
import dev.touchstone.benchmarks.experiment.report.Notice;
import dev.touchstone.benchmarks.experiment.report.Page;
import dev.touchstone.benchmarks.experiment.report.Prose;
import dev.touchstone.benchmarks.experiment.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The findings on one's own pairs as a page; its numbers are those of {@code findings.json}. */
final class OwnReport {
    private static final String INTERVAL = " (middle 95 % of draws of prompts)";

    private OwnReport() {}

    /** @param about command, date, machine */
    static Page page(OwnFindings findings, String about) {
        JsonNode json = new ObjectMapper().valueToTree(findings.json());
        JsonNode data = json.path("data");
        List<Block> headline = new ArrayList<>();
        findings.headline()
                .forEach(statement -> headline.add(new Notice(
                        statement.outcome().tone().name().toLowerCase(Locale.ROOT),
                        statement.outcome().words() + ":",
                        statement.text())));
        data.path("notes").forEach(note -> headline.add(new Prose(note.asText())));
        headline.add(new Prose(about));
        return new Page(
                "What do critiques make of these pairs?",
                String.format(
                        Locale.ROOT,
                        "%s: %,d pairs of %,d prompts; %d folds by prompt, seeds: %d.",
                        data.path("name").asText(),
                        data.path("pairs").asInt(),
                        data.path("prompts").asInt(),
                        data.path("folds").asInt(),
                        data.path("seeds").asInt()),
                List.of(
                        new Page.Section("What came out", headline),
                        new Page.Section("Drawn", List.of(curves(json.path("rows"), json.path("rules")))),
                        new Page.Section(
                                "All figures",
                                List.of(
                                        table(
                                                "Accuracies of the models" + INTERVAL,
                                                json.path("rows"),
                                                findings.columns()),
                                        table(
                                                "Over plain" + INTERVAL,
                                                json.path("differences"),
                                                List.of("arm", "pairs", "difference")))),
                        new Page.Section(
                                "Without a model",
                                List.of(table(
                                        "Rules" + INTERVAL,
                                        json.path("rules"),
                                        List.of("rule", "error", "pairs", "id")))),
                        new Page.Section(
                                "Plain pairs for a critiqued one",
                                List.of(table(
                                        "Ratios" + INTERVAL,
                                        json.path("ratios"),
                                        List.of("error", "accuracy", "ratio", "atLeast"))))));
    }

    private static Block curves(JsonNode rows, JsonNode rules) {
        Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
        for (JsonNode row : rows) {
            lines.computeIfAbsent(row.path("arm").asText(), arm -> new ArrayList<>())
                    .add(new LineChart.Point(
                            row.path("pairs").asInt(),
                            row.path("id").asDouble(),
                            row.path("idLow").asDouble(),
                            row.path("idHigh").asDouble()));
        }
        List<LineChart.Level> levels = new ArrayList<>();
        for (JsonNode rule : rules) {
            if (levels.isEmpty() && rule.path("rule").asText().equals("rule, fitted")) {
                levels.add(new LineChart.Level(
                        "rule, fitted, " + rule.path("error").asText(),
                        rule.path("id").asDouble()));
            }
        }
        return new LineChart(
                "Accuracy over the number of pairs",
                "Bands are the middle 95 % of draws of prompts; the table below has the numbers.",
                "pairs (logarithmic)",
                true,
                lines.entrySet().stream()
                        .map(line -> new LineChart.Series(line.getKey(), line.getValue()))
                        .toList(),
                levels);
    }

    /** Columns by their names in the findings; a share with an interval has it behind. */
    private static Table table(String caption, JsonNode rows, List<String> columns) {
        List<List<String>> cells = new ArrayList<>();
        for (JsonNode row : rows) {
            cells.add(columns.stream().map(column -> cell(row, column)).toList());
        }
        return new Table(caption, columns, cells);
    }

    private static String cell(JsonNode row, String column) {
        JsonNode value = row.path(column);
        if (value.isNull() || value.isMissingNode()) {
            return "\u2013";
        }
        if (!value.isDouble()) {
            return value.isInt() ? String.format(Locale.ROOT, "%,d", value.asInt()) : value.asText();
        }
        String low = column.equals("id") ? "idLow" : "low";
        String high = column.equals("id") ? "idHigh" : "high";
        boolean interval = List.of("id", "difference", "ratio").contains(column);
        return String.format(Locale.ROOT, "%.3f", value.asDouble())
                + (interval ? " (" + bound(row.path(low)) + " to " + bound(row.path(high)) + ")" : "");
    }

    private static String bound(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.asDouble())
                ? String.format(Locale.ROOT, "%.3f", value.asDouble())
                : "no bound";
    }
}
