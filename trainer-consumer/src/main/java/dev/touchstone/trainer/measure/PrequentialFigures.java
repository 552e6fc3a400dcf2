package dev.touchstone.trainer.measure;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Figures of pairs that were scored before they were learnt from.
 *
 * @param window over the newest pairs
 * @param total over all pairs since the model began
 * @param drift whether the error has risen
 */
public record PrequentialFigures(Span window, Span total, DriftFigures drift) {

    /**
     * Figures over one span of the stream; null where it has no such pair.
     *
     * @param all every pair, as the step showed it
     * @param withCritique those that were shown with their critiques
     * @param withoutCritique those of them that the step also showed with their critiques withheld. Pairs that never had critiques
     *     are in {@code all} alone, for nothing was withheld from them
     * @param sources every pair by its source
     * @param critics every pair that has critiques by its critic
     */
    public record Span(
            @Nullable PairFigures all,
            @Nullable PairFigures withCritique,
            @Nullable PairFigures withoutCritique,
            SortedMap<String, NameFigures> sources,
            SortedMap<String, NameFigures> critics) {

        void byName(String span, BiConsumer<String, Double> to) {
            arm(all, span, "", to);
            arm(withCritique, span, "WithCritique", to);
            arm(withoutCritique, span, "WithoutCritique", to);
            names("source", sources, span, to);
            names("critic", critics, span, to);
        }

        private static void arm(@Nullable PairFigures figures, String span, String arm, BiConsumer<String, Double> to) {
            if (figures != null) {
                figures.byName().forEach((name, value) -> to.accept(span + capital(name) + arm, value));
            }
        }

        private static void names(
                String kind, Map<String, NameFigures> all, String span, BiConsumer<String, Double> to) {
            all.forEach((name, figures) -> {
                String prefix = kind + "/" + name + "/" + span;
                to.accept(prefix + "Pairs", (double) figures.pairs());
                to.accept(prefix + "Accuracy", figures.accuracy());
                to.accept(prefix + "LogLoss", figures.logLoss());
            });
        }
    }

    /** Every figure by its documented name; those without a pair behind them are left out. */
    public SortedMap<String, Double> byName() {
        SortedMap<String, Double> values = new TreeMap<>();
        window.byName("window", values::put);
        total.byName("prequential", values::put);
        values.put("driftAlarms", (double) drift.alarms());
        values.put("driftImprovements", (double) drift.improvements());
        values.put("driftWindow", (double) drift.window());
        put(values, "driftError", drift.error());
        put(values, "driftErrorBefore", drift.errorBefore());
        put(values, "driftErrorAfter", drift.errorAfter());
        put(values, "driftPairsSinceAlarm", drift.pairsSinceAlarm());
        return values;
    }

    private static void put(Map<String, Double> values, String name, @Nullable Number value) {
        if (value != null) {
            values.put(name, value.doubleValue());
        }
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
