package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.v1.TrainingMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. The figures of training at each checkpoint; when there are too many, every other one goes. */
final class TrainingPanel {
    private static final int MOST = 400;

    private List<Point> points = new ArrayList<>();
    private @Nullable View view;

    /**
     * Figures at one checkpoint; those of the window are taken before each pair is learnt from. Accuracies are 0 to 1, what
     * was not measured is null.
     *
     * @param pairs pairs trained on since the model began
     * @param loss mean log-loss of the window, nats
     * @param margin mean of chosen minus rejected logit of the window
     * @param accuracy of the window, all pairs
     * @param withCritique accuracy of the window's pairs that were shown with their critiques
     * @param withoutCritique accuracy of those whose critiques were withheld
     * @param heldOut accuracy on the held-out pairs
     * @param heldOutWithout the same with every critique withheld
     * @param heldOutLength accuracy on them of the rule that the longer completion is better
     * @param at when it was measured
     */
    record Point(
            long pairs,
            @Nullable Double loss,
            @Nullable Double margin,
            @Nullable Double accuracy,
            @Nullable Double withCritique,
            @Nullable Double withoutCritique,
            @Nullable Double heldOut,
            @Nullable Double heldOutWithout,
            @Nullable Double heldOutLength,
            Instant at) {
        static Point of(TrainingMetrics metrics) {
            return new Point(
                    metrics.getTrainedPairs(),
                    metrics.getLoss(),
                    metrics.getMargin(),
                    metrics.getWindowAccuracy(),
                    metrics.getValues().get("windowAccuracyWithCritique"),
                    metrics.getValues().get("windowAccuracyWithoutCritique"),
                    metrics.getHeldOutAccuracy(),
                    metrics.getHeldOutAccuracyWithoutCritique(),
                    metrics.getHeldOutLengthAccuracy(),
                    metrics.getMeasuredAt());
        }
    }

    /**
     * What is shown.
     *
     * @param points oldest first
     * @param step optimiser steps at the newest checkpoint; null before the first
     * @param heldOutPairs pairs kept aside at the newest checkpoint
     * @param windowPairs pairs of the windowed figures
     * @param driftAlarms how often the error rose, as the trainer's drift alarm saw it; null if not told
     * @param pairsPerSecond pairs learnt from per second between the newest two checkpoints; null if unknown
     */
    record View(
            List<Point> points,
            @Nullable Long step,
            long heldOutPairs,
            long windowPairs,
            @Nullable Double driftAlarms,
            @Nullable Double pairsPerSecond) {}

    private @Nullable TrainingMetrics newest;
    private @Nullable Double pairsPerSecond;

    void add(TrainingMetrics metrics) {
        if (newest != null) {
            double seconds = Duration.between(newest.getMeasuredAt(), metrics.getMeasuredAt())
                            .toMillis()
                    / 1000.0;
            long pairs = metrics.getTrainedPairs() - newest.getTrainedPairs();
            pairsPerSecond = seconds > 0 && pairs >= 0 ? (Double) (pairs / seconds) : null;
        }
        newest = metrics;
        // A trainer that went back to an older checkpoint gave up what came after it.
        points.removeIf(point -> point.pairs() > metrics.getTrainedPairs());
        points.add(Point.of(metrics));
        if (points.size() > MOST) {
            List<Point> thinned = new ArrayList<>();
            for (int i = 0; i < points.size(); i += 2) {
                thinned.add(points.get(i));
            }
            points = thinned;
        }
        view = null;
    }

    View view() {
        View shown = view;
        if (shown == null) {
            TrainingMetrics last = newest;
            shown = new View(
                    List.copyOf(points),
                    last == null ? null : (Long) last.getStep(),
                    last == null ? 0 : last.getHeldOutPairs(),
                    last == null ? 0 : last.getWindowPairs(),
                    last == null ? null : last.getValues().get("driftAlarms"),
                    pairsPerSecond);
            view = shown;
        }
        return shown;
    }
}
