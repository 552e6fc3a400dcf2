package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Not thread-safe. A folder with one folder per version. */
final class FolderStore implements CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(FolderStore.class);
    /** Versions, and what was being written or deleted when a process ended; nothing else in the folder is ours. */
    private static final Pattern OURS = Pattern.compile("step-\\d+-[0-9a-f]+|\\.tmp-[0-9a-f-]+");

    private static final Pattern VERSION = Pattern.compile("step-\\d+-[0-9a-f]+");

    private final Path folder;
    private final CheckpointFetcher fetcher;

    FolderStore(Path folder, StoreSettings settings) {
        this.folder = folder.toAbsolutePath().normalize();
        this.fetcher = new CheckpointFetcher(settings, this.folder);
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public URI put(Checkpoint.Written written) {
        return written.folder()
                .toAbsolutePath()
                .toUri(); // written aside, forced to the disk, renamed: nothing is left to do
    }

    @Override
    public Checkpoint fetch(String uri, String sha256) throws CheckpointException, StoreException {
        return fetcher.fetch(uri, sha256);
    }

    @Override
    public List<Stored> list() throws StoreException {
        List<Stored> stored = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (OURS.matcher(name).matches()) {
                    stored.add(new Stored(name, modified(entry)));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw new StoreException(true, "The folder " + folder + " cannot be read: " + e + ".", e);
        }
        return stored;
    }

    @Override
    public void delete(String name) throws StoreException {
        if (!OURS.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no version.");
        }
        Path target = folder.resolve(name);
        if (!Files.exists(target)) {
            return;
        }
        try {
            // In one step: half a checkpoint under a version's name would look like a damaged one.
            deleteTree(Files.move(target, folder.resolve(".tmp-" + UUID.randomUUID())));
        } catch (IOException | UncheckedIOException e) {
            throw new StoreException(true, "The checkpoint " + target + " could not be deleted: " + e + ".", e);
        }
    }

    @Override
    public void setAside(String version) throws StoreException {
        Path target = folder.resolve(version);
        if (!Files.exists(target)) {
            return;
        }
        try {
            int number = 1;
            while (Files.exists(aside(version, number))) {
                number++;
            }
            LOG.warn("The damaged checkpoint was set aside as {}", Files.move(target, aside(version, number)));
        } catch (IOException e) {
            throw new StoreException(
                    true, "The damaged checkpoint " + target + " could not be set aside: move it away by hand.", e);
        }
    }

    @Override
    public void close() {
        fetcher.close();
    }

    static boolean isVersion(String name) {
        return VERSION.matcher(name).matches();
    }

    private Path aside(String version, int number) {
        return folder.resolve(version + ".damaged-" + number);
    }

    /** When the youngest file was written, since a large one takes long. */
    private static Instant modified(Path entry) throws IOException {
        try (Stream<Path> files = Files.walk(entry)) {
            Instant newest = Instant.MIN;
            for (Path file : files.toList()) {
                Instant at = Files.getLastModifiedTime(file).toInstant();
                newest = at.isAfter(newest) ? at : newest;
            }
            return newest;
        }
    }

    static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
