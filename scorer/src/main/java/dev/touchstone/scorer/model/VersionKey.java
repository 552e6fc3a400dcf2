package dev.touchstone.scorer.model;

/**
 * What a version is called among the versions of all models.
 *
 * @param modelId the model
 * @param versionId its version
 */
public record VersionKey(String modelId, String versionId) {
    /** As in the key of its manifest. */
    @Override
    public String toString() {
        return modelId + "/" + versionId;
    }
}
