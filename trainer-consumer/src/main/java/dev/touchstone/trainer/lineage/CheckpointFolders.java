package dev.touchstone.trainer.lineage;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Not thread-safe. The folder that holds one model's checkpoints: which can be used, and which may go. */
public final class CheckpointFolders {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFolders.class);
    private static final Pattern VERSION = Pattern.compile("step-\\d+-[0-9a-f]+");

    private final Path root;
    private final int keep;

    /**
     * @param root the model's folder, made where it is missing
     * @param keep how many of the newest checkpoints stay, at least 1
     */
    public CheckpointFolders(Path root, int keep) {
        this.root = root.toAbsolutePath().normalize();
        this.keep = keep;
    }

    /**
     * A checkpoint that can be gone on from.
     *
     * @param manifest what was published of it
     * @param checkpoint its files, verified
     */
    public record Usable(CheckpointManifest manifest, Checkpoint checkpoint) {}

    /** The model's folder. */
    public Path root() {
        return root;
    }

    /**
     * The newest checkpoint of a lineage whose files are what the manifest says, or empty if there is no manifest. A damaged
     * one is set aside under another name, so that the same version can be written again.
     *
     * @throws UserError if there are manifests and none has its files, or the files may not be read
     */
    public Optional<Usable> newestUsable(Lineage lineage) {
        Optional<CheckpointManifest> newest = lineage.newest();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        List<CheckpointManifest> ancestry = lineage.ancestry(newest.get().getVersionId());
        for (CheckpointManifest manifest : ancestry) {
            Path folder = Path.of(URI.create(manifest.getUri()));
            try {
                return Optional.of(new Usable(manifest, open(manifest)));
            } catch (CheckpointException e) {
                if (e.kind() == CheckpointException.Kind.IO) {
                    throw new UserError(
                            "A checkpoint may not be read: " + e.getMessage() + ": give the trainer access to it.", e);
                }
                LOG.error(
                        "Checkpoint {} cannot be used, its parent {} is tried: {}",
                        manifest.getVersionId(),
                        manifest.getParent(),
                        e.getMessage());
                setAside(folder);
            }
        }
        throw new UserError("None of the " + ancestry.size() + " checkpoints of model "
                + newest.get().getModelId() + " can be used, the newest at "
                + newest.get().getUri()
                + ": bring the folder back, or begin a new model with another touchstone.model-id.");
    }

    /**
     * Deletes checkpoints that nobody goes on from any more: all but the newest ones of the lineage.
     *
     * @param ancestry the present version and its ancestors, youngest first
     * @param named versions that have a name and stay, too
     */
    public void deleteOld(List<CheckpointManifest> ancestry, Set<String> named) {
        Set<String> kept = ancestry.stream()
                .limit(keep)
                .map(CheckpointManifest::getVersionId)
                .collect(Collectors.toSet());
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.toList()) {
                String name = folder.getFileName().toString();
                if (VERSION.matcher(name).matches() && !kept.contains(name) && !named.contains(name)) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            // Too much on the disk harms nobody at once; the next checkpoint tries again.
            LOG.warn("Old checkpoints in {} could not be deleted: {}", root, e.toString());
        }
    }

    /**
     * The files of a version, verified.
     *
     * @throws CheckpointException if they are missing, damaged, or of another model than the manifest says
     */
    public Checkpoint open(CheckpointManifest manifest) throws CheckpointException {
        Path folder = Path.of(URI.create(manifest.getUri()));
        Checkpoint checkpoint = Checkpoint.open(folder);
        if (!checkpoint.sha256().equals(manifest.getSha256())) {
            throw new CheckpointException(
                    CheckpointException.Kind.CORRUPT, folder + " holds another model than its manifest says.");
        }
        return checkpoint;
    }

    private static void setAside(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            int number = 1;
            Path aside = folder.resolveSibling(folder.getFileName() + ".damaged-" + number);
            while (Files.exists(aside)) {
                number++;
                aside = folder.resolveSibling(folder.getFileName() + ".damaged-" + number);
            }
            Files.move(folder, aside);
            LOG.warn("The damaged checkpoint was set aside as {}", aside);
        } catch (IOException e) {
            throw new UserError(
                    "The damaged checkpoint " + folder + " could not be set aside: move it away by hand.", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
