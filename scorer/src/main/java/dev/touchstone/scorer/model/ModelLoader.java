package dev.touchstone.scorer.model;

import dev.touchstone.schemas.v1.CheckpointManifest;

/** Brings a checkpoint into memory. */
public interface ModelLoader {
    /**
     * Loads the files that a manifest names, verifies their hash and warms the model up.
     *
     * @throws ModelLoadException if the files are missing, damaged, or not those that the manifest speaks of
     */
    LoadedModel load(CheckpointManifest manifest) throws ModelLoadException;
}
