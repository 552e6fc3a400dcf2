package dev.touchstone.quickstart.worth;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.topics.Records;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the models of a cluster learnt, by the manifests of their checkpoints: these are kept for ever. */
public final class History {
    /** Pairs tested before they were learnt from since the model began, and their accuracy, in a manifest's metrics. */
    private static final String PAIRS = "prequentialPairs";

    private static final String ACCURACY = "prequentialAccuracy";
    /** The same of pairs that were shown with their critiques. */
    private static final String WITH_CRITIQUE = "WithCritique";

    private final String topic;
    private final List<CheckpointManifest> manifests;

    private History(String topic, List<CheckpointManifest> manifests) {
        this.topic = topic;
        this.manifests = manifests;
    }

    /** Reads the manifests that there are now. */
    public static History read(KafkaSettings settings, TopicCatalogue topics) {
        String topic = topics.checkpoints().name();
        return new History(topic, Records.readAll(settings, topic, CheckpointManifest.class));
    }

    static History of(List<CheckpointManifest> manifests) {
        return new History("checkpoints", manifests);
    }

    /**
     * The segments between the checkpoints of a model's lineage, from the first to the newest.
     *
     * @throws UserError if there is no such model, or nothing was tested yet
     */
    public List<Segment> segments(String modelId) {
        List<CheckpointManifest> lineage = lineage(modelId);
        Map<String, Double> newest = lineage.get(lineage.size() - 1).getMetrics();
        String arm = newest.containsKey(ACCURACY + WITH_CRITIQUE) ? WITH_CRITIQUE : "";
        List<Segment> segments = new ArrayList<>();
        long trained = 0;
        long tested = 0;
        double right = 0;
        for (CheckpointManifest manifest : lineage) {
            Double accuracy = manifest.getMetrics().get(ACCURACY + arm);
            long testedNow = Math.round(manifest.getMetrics().getOrDefault(PAIRS + arm, 0.0));
            if (accuracy == null || testedNow <= tested || manifest.getTrainedPairs() <= trained) {
                continue;
            }
            double rightNow = accuracy * testedNow;
            // A mean that was rounded may leave a shade less or more than there can be.
            double gained = Math.min(testedNow - tested, Math.max(0, rightNow - right));
            segments.add(new Segment(trained, manifest.getTrainedPairs(), testedNow - tested, gained));
            trained = manifest.getTrainedPairs();
            tested = testedNow;
            right = rightNow;
        }
        if (segments.isEmpty()) {
            throw new UserError(
                    "The model " + modelId + " has been tested on no pair yet: wait for its first checkpoint.");
        }
        return segments;
    }

    private List<CheckpointManifest> lineage(String modelId) {
        Map<String, CheckpointManifest> byVersion = new LinkedHashMap<>();
        String newest = null;
        for (CheckpointManifest manifest : manifests) {
            if (manifest.getModelId().equals(modelId)) {
                byVersion.put(manifest.getVersionId(), manifest);
                newest = manifest.getVersionId();
            }
        }
        if (newest == null) {
            throw new UserError(
                    "There is no checkpoint of a model " + modelId + " on " + topic
                            + ": name another with --model, or train its arm without critiques with touchstone.plain-arm=true.");
        }
        List<CheckpointManifest> lineage = new ArrayList<>();
        CheckpointManifest next = byVersion.get(newest);
        while (next != null && !lineage.contains(next)) {
            lineage.add(next);
            String parent = next.getParent();
            next = parent == null ? null : byVersion.get(parent);
        }
        Collections.reverse(lineage);
        return lineage;
    }
}
