package dev.touchstone.scorer.model;

import dev.touchstone.schemas.v1.CheckpointManifest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a version of a model, from its manifest.
 *
 * @param modelId the model
 * @param versionId the version
 * @param sha256 hash of its files, hexadecimal
 * @param step optimiser steps taken since the model began
 * @param trainedPairs pairs that it was trained on
 * @param heldOutPairs pairs that were kept aside
 * @param criticModel the critic whose critiques it learnt; null where unknown
 * @param promptVersion that critic's prompt version; null where unknown
 * @param rewardMean mean logit on held-out completions; null where unknown
 * @param rewardDeviation deviation of the logit on held-out completions, above 0; null where unknown
 * @param createdAt when it was written
 */
public record ModelInfo(
        String modelId,
        String versionId,
        String sha256,
        long step,
        long trainedPairs,
        long heldOutPairs,
        @Nullable String criticModel,
        @Nullable String promptVersion,
        @Nullable Double rewardMean,
        @Nullable Double rewardDeviation,
        Instant createdAt) {

    /** What a manifest says. */
    public static ModelInfo of(CheckpointManifest manifest) {
        return new ModelInfo(
                manifest.getModelId(),
                manifest.getVersionId(),
                manifest.getSha256(),
                manifest.getStep(),
                manifest.getTrainedPairs(),
                manifest.getHeldOutPairs(),
                manifest.getCriticModel(),
                manifest.getPromptVersion(),
                manifest.getRewardMean(),
                manifest.getRewardDeviation(),
                manifest.getCreatedAt());
    }

    /** What it is called among the versions of all models. */
    public VersionKey key() {
        return new VersionKey(modelId, versionId);
    }

    /** The logit in deviations from the mean on held-out completions; empty where the manifest lacks either. */
    public Optional<Double> normalised(double logit) {
        if (rewardMean == null || rewardDeviation == null || !(rewardDeviation > 0)) {
            return Optional.empty();
        }
        return Optional.of((logit - rewardMean) / rewardDeviation).filter(Double::isFinite);
    }
}
