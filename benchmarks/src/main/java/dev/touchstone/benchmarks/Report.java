package dev.touchstone.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a benchmark found.
 *
 * @param name the benchmark's
 * @param ratios what is promised, each greater when we are better
 * @param context everything that helps to judge them; values are numbers, texts, flags, or maps of the same
 */
record Report(String name, Map<String, Double> ratios, Map<String, Object> context) {

    private static final int NAME = 38;
    private static final int VALUE = 30;

    /** The form of the file. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("ratios", ratios);
        json.put("context", context);
        return json;
    }

    /** A table for a terminal: ratios first. */
    String table() {
        String line = "+" + "-".repeat(NAME + 2) + "+" + "-".repeat(VALUE + 2) + "+\n";
        StringBuilder table = new StringBuilder(line);
        ratios.forEach((ratio, value) -> row(table, ratio, String.format(Locale.ROOT, "%.2f", value)));
        table.append(line);
        rows(table, "", context);
        return table.append(line).toString();
    }

    private static void rows(StringBuilder table, String indent, Map<?, ?> values) {
        values.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner && inner.containsKey("median")) {
                String figures = "%,.1f ms (least %,.1f)";
                row(table, indent + key, String.format(Locale.ROOT, figures, inner.get("median"), inner.get("min")));
            } else if (value instanceof Map<?, ?> inner) {
                row(table, indent + key, "");
                rows(table, indent + "  ", inner);
            } else if (value instanceof Double number) {
                row(table, indent + key, String.format(Locale.ROOT, "%,.2f", number));
            } else {
                row(table, indent + key, String.valueOf(value));
            }
        });
    }

    private static void row(StringBuilder table, String name, String value) {
        // A long sentence takes as many lines as it needs.
        String rest = value;
        String left = name;
        do {
            int cut = rest.length() <= VALUE ? rest.length() : Math.max(1, rest.lastIndexOf(' ', VALUE));
            String format = "| %-" + NAME + "s | %" + VALUE + "s |%n";
            table.append(String.format(Locale.ROOT, format, left, rest.substring(0, cut)));
            rest = rest.substring(cut).strip();
            left = "";
        } while (!rest.isEmpty());
    }
}
