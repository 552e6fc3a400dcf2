package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.worth.Curve;
import dev.touchstone.worth.Curve.Crossing;
import dev.touchstone.worth.History;
import dev.touchstone.worth.History.Point;
import dev.touchstone.worth.Worth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What critiques are worth on this stream. */
@Command(
        name = "worth",
        mixinStandardHelpOptions = true,
        description = {
            "Compares a model with its arm that learns from the same pairs without critiques (touchstone.plain-arm=true of"
                    + " the trainer): accuracy against pairs, and how many times as many pairs the arm without critiques"
                    + " needs for the same accuracy.",
            "Every pair is scored before it is learnt from. Where an arm has not reached an accuracy the ratio is a bound."
        })
public final class WorthCommand implements Callable<Integer> {
    private static final int RESAMPLES = 1_000;
    private static final double FEWEST_PAIRS = 128;

    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(
            names = "--model",
            paramLabel = "ID",
            defaultValue = "default",
            description = "The model that reads critiques (default: ${DEFAULT-VALUE}).")
    private String model = "";

    @Option(
            names = "--plain",
            paramLabel = "ID",
            description = "The model that does not (default: the model's id with " + History.PLAIN_ARM + ").")
    private @Nullable String plain;

    @Option(
            names = "--at",
            paramLabel = "ACCURACY",
            split = ",",
            defaultValue = "0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95",
            description = "Accuracies at which pairs are compared (default: ${DEFAULT-VALUE}).")
    private List<Double> accuracies = List.of();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the intervals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file, as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (accuracies.stream().anyMatch(accuracy -> !(accuracy > 0 && accuracy < 1))) {
            throw new UserError("--at takes accuracies between 0 and 1, such as 0.7,0.8.");
        }
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicsCommand.requireAll(settings, cluster.topics());
        History history = History.of(
                Records.readAll(settings, cluster.topics().checkpoints().name(), CheckpointManifest.class).stream()
                        .map(Point::of)
                        .toList());
        Curve critiqued = Curve.fit(history.segments(model));
        Curve without = Curve.fit(history.segments(plain == null ? model + History.PLAIN_ARM : plain));
        List<Worth> worths = Worth.compare(without, critiqued, accuracies, RESAMPLES, new SplittableRandom(seed));
        List<Double> places = places(Math.max(critiqued.lastPairs(), without.lastPairs()));
        print(worths, places, without, critiqued);
        if (json != null) {
            ReportFile.write(json, report(worths, places, without, critiqued));
        }
        return 0;
    }

    /** Numbers of pairs, each twice the one before. */
    private static List<Double> places(double most) {
        List<Double> places = new ArrayList<>();
        for (double pairs = FEWEST_PAIRS; pairs < most; pairs *= 2) {
            places.add(pairs);
        }
        places.add(most);
        return places;
    }

    private static void print(List<Worth> worths, List<Double> places, Curve without, Curve critiqued) {
        System.out.printf("%12s %18s %18s%n", "pairs", "without critiques", "with critiques");
        for (double pairs : places) {
            System.out.printf(
                    Locale.ROOT, "%12.0f %18s %18s%n", pairs, accuracy(without, pairs), accuracy(critiqued, pairs));
        }
        System.out.printf("%n%12s %18s %18s %12s   %s%n", "accuracy", "pairs without", "pairs with", "ratio", "95 %");
        for (Worth worth : worths) {
            System.out.printf(
                    Locale.ROOT,
                    "%12.3f %18s %18s %12s   %s to %s%n",
                    worth.accuracy(),
                    pairs(worth.plainPairs()),
                    pairs(worth.critiquedPairs()),
                    bounds(worth.ratioAtLeast(), worth.ratioAtMost(), "%.1f"),
                    open(worth.low(), "%.1f"),
                    open(worth.high(), "%.1f"));
        }
    }

    private static String accuracy(Curve curve, double pairs) {
        return pairs > curve.lastPairs() ? "-" : String.format(Locale.ROOT, "%.3f", curve.accuracyAt(pairs));
    }

    private static String pairs(Crossing crossing) {
        return bounds(crossing.atLeast(), crossing.atMost(), "%.0f");
    }

    private static String bounds(double least, double most, String format) {
        if (least == 0 && Double.isInfinite(most)) {
            return "-";
        }
        if (Double.isInfinite(most)) {
            return ">= " + String.format(Locale.ROOT, format, least);
        }
        return (least == 0 ? "<= " : "") + String.format(Locale.ROOT, format, most);
    }

    private static String open(double end, String format) {
        return Double.isInfinite(end) ? "open" : String.format(Locale.ROOT, format, end);
    }

    private Map<String, Object> report(List<Worth> worths, List<Double> places, Curve without, Curve critiqued) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        List<Map<String, Object>> levels = new ArrayList<>();
        for (Worth worth : worths) {
            boolean known = worth.ratioAtLeast() == worth.ratioAtMost();
            if (known) {
                ratios.put("pairsAt" + worth.accuracy(), worth.ratioAtMost());
            }
            Map<String, Object> level = new LinkedHashMap<>();
            level.put("accuracy", worth.accuracy());
            level.put("ratioAtLeast", worth.ratioAtLeast());
            level.put("ratioAtMost", finite(worth.ratioAtMost()));
            level.put("low", worth.low());
            level.put("high", finite(worth.high()));
            level.put("pairsWithout", finite(worth.plainPairs().atMost()));
            level.put("pairsWith", finite(worth.critiquedPairs().atMost()));
            levels.add(level);
        }
        List<Map<String, Object>> curves = new ArrayList<>();
        for (double pairs : places) {
            Map<String, Object> point = new LinkedHashMap<>();
            point.put("pairs", pairs);
            point.put("without", pairs > without.lastPairs() ? null : without.accuracyAt(pairs));
            point.put("with", pairs > critiqued.lastPairs() ? null : critiqued.accuracyAt(pairs));
            curves.add(point);
        }
        return Map.of(
                "name", "worth", "ratios", ratios, "context", Map.of("levels", levels, "curves", curves, "seed", seed));
    }

    private static @Nullable Double finite(double value) {
        return Double.isInfinite(value) ? null : value;
    }
}
