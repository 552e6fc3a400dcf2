package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Not thread-safe. The checkpoints of one model by version. A checkpoint is first written to {@link #folder} and forced to
 * the disk; {@link #put} then makes it durable where others can load it.
 */
public interface CheckpointStore extends AutoCloseable {
    /**
     * Opens the store of a model.
     *
     * @param settings where it is
     * @param folder the model's folder on this machine, made when it is first written to
     * @param modelId the model: names its part of a store that holds several
     * @throws IllegalArgumentException in one sentence, if the settings do not suffice to reach it
     */
    static CheckpointStore open(StoreSettings settings, Path folder, String modelId) {
        FolderStore local = new FolderStore(folder, settings);
        return settings.location() == null
                ? local
                : new S3Store(S3Objects.connect(settings), settings.location().child(modelId), local);
    }

    /**
     * What the store holds under a name.
     *
     * @param name a version, or the name of something unfinished
     * @param modified when its files were last written
     */
    record Stored(String name, Instant modified) {}

    /** The folder on this machine that checkpoints are written to. */
    Path folder();

    /**
     * Makes a checkpoint durable that was written to {@link #folder}. When it returns every file has been seen in the store
     * with its size and hash. What is there already under that version must be the same.
     *
     * @return where others find it
     * @throws StoreException if the store is away, refuses, or holds other content under that version
     */
    URI put(Checkpoint.Written written) throws StoreException;

    /**
     * Brings a checkpoint onto this machine, if it is not there already, and verifies it.
     *
     * @param uri as a manifest gives it
     * @param sha256 as the same manifest gives it
     * @throws CheckpointException if files are missing, damaged, or another model's
     * @throws StoreException if the store is away or refuses
     */
    Checkpoint fetch(String uri, String sha256) throws CheckpointException, StoreException;

    /** Everything of this model that the store holds, here and there, but what was set aside. */
    List<Stored> list() throws StoreException;

    /** Deletes what is under a name, here and there. Nothing happens if there is nothing. */
    void delete(String name) throws StoreException;

    /** Gives a damaged checkpoint another name, so that its version can be written again and a person can look at it. */
    void setAside(String version) throws StoreException;

    @Override
    void close();
}
