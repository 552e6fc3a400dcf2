package dev.touchstone.rewardmodel;

import org.jspecify.annotations.Nullable;

/**
 * Rewards of one request, all by one version of the model. The arrays belong to the record.
 *
 * @param versionId the checkpoint's version
 * @param sha256 the checkpoint's content hash
 * @param logits one per input, in request order: the mean over the reward heads; NaN or infinite only if the model is
 *     broken
 * @param spreads standard deviation over the reward heads, one per input; null for a model with one head
 * @param truncated whether that input did not fit whole
 */
@SuppressWarnings("ArrayRecordComponent")
public record Scores(
        String versionId, String sha256, double[] logits, double @Nullable [] spreads, boolean[] truncated) {}
