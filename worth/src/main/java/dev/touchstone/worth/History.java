package dev.touchstone.worth;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Immutable. How models learnt, by the manifests of their checkpoints: these are kept for ever. */
public final class History {
    /** What the id of a model's arm without critiques ends with. */
    public static final String PLAIN_ARM = ".plain";

    private final List<Point> points;

    private History(List<Point> points) {
        this.points = points;
    }

    /**
     * Pairs that were tested before they were learnt from, since the model began.
     *
     * @param pairs how many
     * @param accuracy the share of them that was ranked as labelled, 0 to 1
     */
    public record Tested(long pairs, double accuracy) {
        private static @Nullable Tested of(Map<String, Double> metrics, String kind) {
            Double accuracy = metrics.get("prequentialAccuracy" + kind);
            return accuracy == null
                    ? null
                    : new Tested(Math.round(metrics.getOrDefault("prequentialPairs" + kind, 0.0)), accuracy);
        }
    }

    /**
     * What of a manifest is needed.
     *
     * @param modelId the model
     * @param versionId the version
     * @param parent the version that training went on from; null for the first
     * @param trainedPairs pairs that the lineage had learnt from
     * @param all every pair that was tested; null if none was
     * @param withCritique those that were shown with their critiques; null if none was
     */
    public record Point(
            String modelId,
            String versionId,
            @Nullable String parent,
            long trainedPairs,
            @Nullable Tested all,
            @Nullable Tested withCritique) {
        /** Takes it out of a manifest. */
        public static Point of(CheckpointManifest manifest) {
            return new Point(
                    manifest.getModelId(),
                    manifest.getVersionId(),
                    manifest.getParent(),
                    manifest.getTrainedPairs(),
                    Tested.of(manifest.getMetrics(), ""),
                    Tested.of(manifest.getMetrics(), "WithCritique"));
        }
    }

    /** @param points of manifests, in the order in which they were published */
    public static History of(List<Point> points) {
        return new History(List.copyOf(points));
    }

    /**
     * The segments between the checkpoints of a model's lineage, from the first to the newest.
     *
     * @throws UserError if there is no such model, or nothing was tested yet
     */
    public List<Segment> segments(String modelId) {
        List<Point> lineage = lineage(modelId);
        boolean critiques = lineage.get(lineage.size() - 1).withCritique() != null;
        List<Segment> segments = new ArrayList<>();
        long trained = 0;
        long tested = 0;
        double right = 0;
        for (Point point : lineage) {
            Tested now = critiques ? point.withCritique() : point.all();
            if (now == null || now.pairs() <= tested || point.trainedPairs() <= trained) {
                continue;
            }
            double rightNow = now.accuracy() * now.pairs();
            // A mean that was rounded may leave a shade less or more than there can be.
            double gained = Math.min(now.pairs() - tested, Math.max(0, rightNow - right));
            segments.add(new Segment(trained, point.trainedPairs(), now.pairs() - tested, gained));
            trained = point.trainedPairs();
            tested = now.pairs();
            right = rightNow;
        }
        if (segments.isEmpty()) {
            throw new UserError(
                    "The model " + modelId + " has been tested on no pair yet: wait for its first checkpoint.");
        }
        return segments;
    }

    private List<Point> lineage(String modelId) {
        Map<String, Point> byVersion = new HashMap<>();
        String newest = null;
        for (Point point : points) {
            if (point.modelId().equals(modelId)) {
                byVersion.put(point.versionId(), point);
                newest = point.versionId();
            }
        }
        if (newest == null) {
            throw new UserError(
                    "There is no checkpoint of a model " + modelId
                            + ": name another with --model, or train its arm without critiques with touchstone.plain-arm=true.");
        }
        List<Point> lineage = new ArrayList<>();
        // Taken out as it goes, so that a circle of parents ends.
        for (Point next = byVersion.remove(newest); next != null; next = byVersion.remove(next.parent())) {
            lineage.add(next);
        }
        Collections.reverse(lineage);
        return lineage;
    }
}
