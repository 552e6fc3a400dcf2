package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.UserError;
import dev.touchstone.scorer.Bounded;
import dev.touchstone.worth.Curve;
import dev.touchstone.worth.History;
import dev.touchstone.worth.History.Point;
import dev.touchstone.worth.Segment;
import dev.touchstone.worth.Worth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. What critiques are worth, where an arm without them is trained; by the method of {@link Worth}, with fewer
 * draws than {@code ./touchstone worth} makes, and at most once in a while.
 */
final class WorthPanel {
    private static final List<Double> ACCURACIES = List.of(0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95);
    private static final int MOST = 20_000;
    private static final int PLACES = 60;
    private static final int MOST_DRAWS = 200;
    private static final int FEWEST_DRAWS = 50;
    /** Draws of single pairs, over all resamples. */
    private static final long WORK = 20_000_000;

    private static final Duration PAUSE = Duration.ofSeconds(15);
    private static final long SEED = 1;

    private final String modelId;
    private final Bounded<String, Point> points = new Bounded<>(MOST);
    private boolean dirty;
    private Instant madeAt = Instant.EPOCH;
    private @Nullable View view;

    /** Fitted accuracies of both arms after so many pairs; null beyond what an arm has learnt from. */
    record Place(
            double pairs, @Nullable Double with, @Nullable Double without) {}

    /**
     * The ratio of pairs at one accuracy, without critiques over with them. An end that is open is null.
     *
     * @param accuracy 0 to 1
     * @param pairsWithout after which the plain arm has it, at most
     * @param pairsWith after which the other has it, at most
     * @param atLeast the least that the ratio can be; 0 if that is open
     * @param atMost the most that it can be
     * @param low lower end of the 95 % interval
     * @param high upper end of it
     */
    record Level(
            double accuracy,
            @Nullable Double pairsWithout,
            @Nullable Double pairsWith,
            double atLeast,
            @Nullable Double atMost,
            double low,
            @Nullable Double high) {}

    /** What is shown: both curves, and the ratios where at least one arm tells something. */
    record View(String model, String plain, List<Place> curve, List<Level> levels) {}

    WorthPanel(String modelId) {
        this.modelId = modelId;
    }

    void add(Point point) {
        String key = point.modelId() + "/" + point.versionId();
        if (!point.equals(points.get(key))) {
            points.put(key, point);
            dirty = true;
        }
    }

    /** Computes anew if there is something new and the last time is long enough ago. Takes some 100 ms at most. */
    void refresh(Instant now) {
        if (dirty && !now.isBefore(madeAt.plus(PAUSE))) {
            madeAt = now;
            dirty = false;
            view = made().orElse(null);
        }
    }

    Optional<View> view() {
        return Optional.ofNullable(view);
    }

    private Optional<View> made() {
        String plainId = modelId + History.PLAIN_ARM;
        History history = History.of(List.copyOf(points.values()));
        Optional<List<Segment>> with = segments(history, modelId);
        Optional<List<Segment>> without = segments(history, plainId);
        if (with.isEmpty() || without.isEmpty()) {
            return Optional.empty();
        }
        Curve critiqued = Curve.fit(with.get());
        Curve plain = Curve.fit(without.get());
        long tested = tested(with.get()) + tested(without.get());
        int draws = (int) Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, WORK / Math.max(1, tested)));
        List<Level> levels = Worth.compare(plain, critiqued, ACCURACIES, draws, new SplittableRandom(SEED)).stream()
                .filter(worth -> worth.ratioAtLeast() > 0 || Double.isFinite(worth.ratioAtMost()))
                .map(WorthPanel::level)
                .toList();
        return Optional.of(new View(modelId, plainId, places(critiqued, plain), levels));
    }

    private static Optional<List<Segment>> segments(History history, String model) {
        try {
            return Optional.of(history.segments(model));
        } catch (UserError e) {
            // There is no such arm, or it has only begun: then there is nothing to compare.
            return Optional.empty();
        }
    }

    private static long tested(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::tested).sum();
    }

    private static Level level(Worth worth) {
        return new Level(
                worth.accuracy(),
                finite(worth.plainPairs().atMost()),
                finite(worth.critiquedPairs().atMost()),
                worth.ratioAtLeast(),
                finite(worth.ratioAtMost()),
                worth.low(),
                finite(worth.high()));
    }

    private static List<Place> places(Curve with, Curve without) {
        double first = 32;
        double last = Math.max(first + 1, Math.max(with.lastPairs(), without.lastPairs()));
        List<Place> places = new ArrayList<>();
        for (int i = 0; i <= PLACES; i++) {
            double pairs = i == PLACES ? last : Math.rint(first * Math.pow(last / first, (double) i / PLACES));
            places.add(new Place(
                    pairs,
                    pairs > with.lastPairs() ? null : (Double) with.accuracyAt(pairs),
                    pairs > without.lastPairs() ? null : (Double) without.accuracyAt(pairs)));
        }
        return List.copyOf(places);
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }
}
