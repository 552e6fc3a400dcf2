package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.checkpoint.FolderWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. Opens checkpoints by the URI of their manifest. What lies in an S3 store is first brought into a folder of
 * this machine, whole or not at all, and opened from there the next time.
 */
public final class CheckpointFetcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFetcher.class);

    private final StoreSettings settings;
    private final Path cache;
    private @Nullable S3Objects objects;

    /**
     * @param settings how an S3 store is reached; where a location is set, nothing outside it is fetched
     * @param cache folder for what is fetched, made when it is first needed
     */
    public CheckpointFetcher(StoreSettings settings, Path cache) {
        this.settings = settings;
        this.cache = cache.toAbsolutePath().normalize();
    }

    /** As {@link CheckpointStore#fetch}. */
    public Checkpoint fetch(String uri, String sha256) throws CheckpointException, StoreException {
        if (!uri.startsWith("s3:")) {
            return verified(Checkpoint.open(folder(uri)), sha256);
        }
        S3Location location = location(uri);
        Path local = cache.resolve(location.name());
        if (Files.exists(local)) {
            try {
                Checkpoint checkpoint = verified(Checkpoint.open(local), sha256);
                Files.setLastModifiedTime(local, FileTime.from(Instant.now()));
                return checkpoint;
            } catch (CheckpointException e) {
                LOG.warn("{} is fetched again: {}", location, e.getMessage());
                discard(local);
            } catch (IOException e) {
                throw new CheckpointException(Kind.IO, local + " could not be marked as used: " + e, e);
            }
        }
        download(location, sha256);
        return verified(Checkpoint.open(local), sha256);
    }

    /**
     * Deletes what was fetched, but for what was used last.
     *
     * @param keep how many stay, at least 1
     */
    public void trim(int keep) {
        try (Stream<Path> entries = Files.exists(cache) ? Files.list(cache) : Stream.empty()) {
            List<Path> byAge =
                    new ArrayList<>(entries.filter(Files::isDirectory).toList());
            byAge.sort(Comparator.comparing((Path entry) -> entry.toFile().lastModified())
                    .reversed());
            for (Path old : byAge.subList(Math.min(keep, byAge.size()), byAge.size())) {
                FolderStore.deleteTree(old);
            }
        } catch (IOException e) {
            LOG.warn("Fetched checkpoints in {} could not be deleted: {}", cache, e.toString());
        }
    }

    @Override
    public void close() {
        if (objects != null) {
            objects.close();
        }
    }

    private void download(S3Location location, String sha256) throws CheckpointException, StoreException {
        S3Objects from = objects();
        List<String> names = new ArrayList<>();
        for (S3Objects.Found found : from.list(location)) {
            String name = found.location().name();
            // What lies deeper, or has a name that could leave the folder, is none of a checkpoint's files.
            if (found.location().equals(location.child(name)) && name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
                names.add(name);
            }
        }
        if (!names.remove(Checkpoint.MANIFEST)) {
            throw new CheckpointException(Kind.MISSING, location.child(Checkpoint.MANIFEST) + " is missing.");
        }
        try (FolderWriter files = FolderWriter.under(cache)) {
            for (String name : names) {
                files.add(name, content(from, location.child(name)));
            }
            if (!files.sha256().equals(sha256)) {
                throw new CheckpointException(
                        Kind.CORRUPT, location + " does not hold what its manifest says: the hash differs.");
            }
            files.add(Checkpoint.MANIFEST, content(from, location.child(Checkpoint.MANIFEST)));
            files.moveTo(location.name());
        } catch (Failed e) {
            throw e.reason;
        }
    }

    private static FolderWriter.Content content(S3Objects from, S3Location location) {
        return file -> {
            try {
                from.read(location, file::write);
            } catch (StoreException e) {
                throw new Failed(e);
            }
        };
    }

    /** Carries a failure of the store through the writer of the folder, which knows only those of the disk. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final StoreException reason;

        Failed(StoreException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    private S3Objects objects() throws StoreException {
        if (objects == null) {
            try {
                objects = S3Objects.connect(settings);
            } catch (IllegalArgumentException e) {
                throw new StoreException(true, String.valueOf(e.getMessage()), e);
            }
        }
        return objects;
    }

    private S3Location location(String uri) throws StoreException {
        S3Location location;
        try {
            location = S3Location.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new StoreException(true, "The manifest's uri " + uri + " cannot be used.", e);
        }
        S3Location within = settings.location();
        if (within != null && !uri.startsWith(within + "/")) {
            throw new StoreException(
                    true,
                    "The manifest names " + uri + ", which is outside touchstone.checkpoint-store " + within + ".",
                    null);
        }
        return location;
    }

    private static Path folder(String uri) throws CheckpointException {
        try {
            return Path.of(URI.create(uri));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new CheckpointException(
                    Kind.MISSING,
                    "The manifest's uri " + uri + " is not that of a folder (file:///...) or of a store (s3://...).",
                    e);
        }
    }

    private static Checkpoint verified(Checkpoint checkpoint, String sha256) throws CheckpointException {
        if (!checkpoint.sha256().equalsIgnoreCase(sha256)) {
            throw new CheckpointException(
                    Kind.CORRUPT,
                    "The files in " + checkpoint.folder() + " have the sha256 " + checkpoint.sha256()
                            + ", the manifest wants " + sha256 + ".");
        }
        return checkpoint;
    }

    private static void discard(Path folder) throws CheckpointException {
        try {
            FolderStore.deleteTree(folder);
        } catch (IOException e) {
            throw new CheckpointException(Kind.IO, folder + " could not be deleted: " + e, e);
        }
    }
}
