package dev.touchstone.trainer.lineage;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.store.CheckpointStore;
import dev.touchstone.store.StoreException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. The files of one model's checkpoints: which can be used, and which may go. Files go only after their
 * manifest has been published as retired, so that no other manifest names files that are gone.
 */
public final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    /** What nobody names may be in the making, by a trainer that does not know yet that it has been fenced. */
    private static final Duration IN_THE_MAKING = Duration.ofHours(1);

    private static final Duration SWEEP_EVERY = Duration.ofHours(1);

    private final CheckpointStore store;
    private final Retention retention;
    private final ModelAliases aliases;
    private final Set<String> doomed = new LinkedHashSet<>();
    private Instant sweptAt = Instant.MIN;

    /**
     * @param store where the files are
     * @param retention which must stay
     * @param aliases of the model, as they are now
     */
    public Checkpoints(CheckpointStore store, Retention retention, ModelAliases aliases) {
        this.store = store;
        this.retention = retention;
        this.aliases = aliases;
    }

    /**
     * A checkpoint that can be gone on from.
     *
     * @param manifest what was published of it
     * @param checkpoint its files, verified
     */
    public record Usable(CheckpointManifest manifest, Checkpoint checkpoint) {}

    /** The folder that checkpoints are written to. */
    public Path folder() {
        return store.folder();
    }

    /**
     * The newest checkpoint of a lineage whose files are what the manifest says, or empty if there is no manifest. A damaged
     * one is set aside under another name, so that the same version can be written again.
     *
     * @throws UserError if there are manifests and none has its files, or the files may not be read
     * @throws PublicationException if the store is away
     */
    public Optional<Usable> newestUsable(Lineage lineage) {
        Optional<CheckpointManifest> newest = lineage.newest();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        List<CheckpointManifest> ancestry = lineage.ancestry(newest.get().getVersionId());
        try {
            for (CheckpointManifest manifest : ancestry) {
                if (manifest.getRetiredAt() != null) {
                    continue;
                }
                try {
                    return Optional.of(new Usable(manifest, store.fetch(manifest.getUri(), manifest.getSha256())));
                } catch (CheckpointException e) {
                    if (e.kind() == CheckpointException.Kind.IO) {
                        throw new UserError(
                                "A checkpoint may not be read: " + e.getMessage()
                                        + ": give the trainer access to it, and room.",
                                e);
                    }
                    LOG.error(
                            "Checkpoint {} cannot be used, its parent {} is tried: {}",
                            manifest.getVersionId(),
                            manifest.getParent(),
                            e.getMessage());
                    store.setAside(manifest.getVersionId());
                }
            }
        } catch (StoreException e) {
            throw failure(e);
        }
        throw new UserError("None of the " + ancestry.size() + " checkpoints of model "
                + newest.get().getModelId() + " can be used, the newest at "
                + newest.get().getUri()
                + ": bring the folder back, or begin a new model with another touchstone.model-id.");
    }

    /**
     * The files of a version, verified.
     *
     * @throws CheckpointException if they are given up, missing, damaged, or of another model than the manifest says
     */
    public Checkpoint open(CheckpointManifest manifest) throws CheckpointException {
        if (manifest.getRetiredAt() != null) {
            throw new CheckpointException(
                    CheckpointException.Kind.MISSING, "its files were given up at " + manifest.getRetiredAt() + ".");
        }
        try {
            return store.fetch(manifest.getUri(), manifest.getSha256());
        } catch (StoreException e) {
            throw new CheckpointException(CheckpointException.Kind.IO, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Makes a checkpoint durable where others can load it.
     *
     * @return its URI
     * @throws PublicationException if the store refuses or is away
     */
    public URI put(Checkpoint.Written written) {
        doomed.remove(written.versionId()); // learnt again from a parent of old
        try {
            return store.put(written);
        } catch (StoreException e) {
            throw new PublicationException("The checkpoint could not be stored: " + e.getMessage(), e);
        }
    }

    /**
     * The manifests to be published again as retired, in the transaction of the next checkpoint.
     *
     * @param next manifest of that checkpoint
     * @param moved the aliases that it moves
     */
    public List<CheckpointManifest> retirable(Lineage lineage, CheckpointManifest next, List<AliasChange> moved) {
        return retention.retirable(lineage, next, aliases.with(moved));
    }

    /**
     * Takes note of a transaction that was committed, and deletes what it retired. What cannot be deleted now harms nobody
     * and is tried again with the next checkpoint.
     *
     * @param retired the manifests that it retired
     */
    public void published(Lineage lineage, List<CheckpointManifest> retired, Instant now) {
        for (CheckpointManifest manifest : retired) {
            lineage.add(manifest);
            doomed.add(manifest.getVersionId());
        }
        try {
            if (now.isAfter(sweptAt.plus(SWEEP_EVERY))) {
                find(lineage, now.minus(IN_THE_MAKING));
                sweptAt = now;
            }
            deleteDoomed();
        } catch (StoreException e) {
            LOG.warn("Old checkpoints could not be deleted, it is tried again with the next: {}", e.getMessage());
        }
    }

    /**
     * Deletes what an earlier end left behind: files of retired manifests, and what was written and never published. To be
     * called by the one trainer of the model, before it writes anything.
     *
     * @throws UserError if the store refuses
     * @throws PublicationException if the store is away
     */
    public void cleanUp(Lineage lineage, Instant now) {
        try {
            // With no manifest at all the topics may be the wrong ones, and the files another installation's.
            find(lineage, lineage.newest().isEmpty() ? Instant.MIN : Instant.MAX);
            sweptAt = now;
            deleteDoomed();
        } catch (StoreException e) {
            throw failure(e);
        }
    }

    /** Finds what is retired, or named by no manifest and older than a moment. */
    private void find(Lineage lineage, Instant unnamedBefore) throws StoreException {
        for (CheckpointStore.Stored stored : store.list()) {
            Optional<CheckpointManifest> manifest = lineage.find(stored.name());
            if (manifest.isPresent()
                    ? manifest.get().getRetiredAt() != null
                    : stored.modified().isBefore(unnamedBefore)) {
                doomed.add(stored.name());
            }
        }
    }

    private void deleteDoomed() throws StoreException {
        for (String name : List.copyOf(doomed)) {
            store.delete(name);
            doomed.remove(name);
            LOG.debug("Checkpoint {} was deleted", name);
        }
    }

    private static RuntimeException failure(StoreException e) {
        String message = "The store of checkpoints cannot be used: " + e.getMessage();
        return e.refused() ? new UserError(message, e) : new PublicationException(message, e);
    }
}
