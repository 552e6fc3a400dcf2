package dev.touchstone.rewardmodel;

/**
 * Rewards of one request, all by one version of the model. The arrays belong to the record.
 *
 * @param versionId the checkpoint's version
 * @param sha256 the checkpoint's content hash
 * @param logits one per input, in request order; NaN or infinite only if the model is broken
 * @param truncated whether that input did not fit whole
 */
@SuppressWarnings("ArrayRecordComponent")
public record Scores(String versionId, String sha256, double[] logits, boolean[] truncated) {}
