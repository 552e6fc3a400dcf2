package dev.touchstone.quickstart.demo;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures as a table for a terminal. */
public final class SummaryTable {
    private SummaryTable() {}

    /** The table, lines separated by newlines. */
    public static String of(Figures figures) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("pairs", count(figures.pairs()));
        rows.put("  critiqued", count(figures.critiquedPairs()));
        rows.put("  trained on", count(figures.trainedPairs()));
        rows.put("  held out", count(figures.heldOutPairs()));
        rows.put("completions", count(figures.completions()));
        rows.put("  rewards", count(figures.rewards()));
        rows.put("  rewards, distinct ids", count(figures.distinctRewards()));
        rows.put("dead letters", count(figures.deadLetters()));
        rows.put("checkpoints", count(figures.checkpoints()));
        rows.put("accuracy before learning", share(figures.prequentialAccuracy()));
        rows.put("accuracy on held-out pairs", share(figures.heldOutAccuracy()));
        rows.put("  critiques withheld", share(figures.heldOutAccuracyWithoutCritique()));
        rows.put("  rule: longer is better", share(figures.heldOutLengthAccuracy()));
        rows.put("seconds to first reward", seconds(figures.secondsToFirstReward()));
        rows.put("seconds in all", seconds(figures.seconds()));
        StringBuilder table = new StringBuilder();
        String line = "+" + "-".repeat(30) + "+" + "-".repeat(12) + "+\n";
        table.append(line);
        rows.forEach((name, value) -> table.append(String.format(Locale.ROOT, "| %-28s | %10s |%n", name, value)));
        return table.append(line).toString();
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String share(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.3f", share);
    }

    private static String seconds(@Nullable Double seconds) {
        return seconds == null ? "-" : String.format(Locale.ROOT, "%.1f", seconds);
    }
}
