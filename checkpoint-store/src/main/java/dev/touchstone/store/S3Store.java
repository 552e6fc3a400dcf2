package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Not thread-safe. An S3-compatible store, in front of it a folder of this machine with the same checkpoints. */
final class S3Store implements CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);

    private final S3Objects objects;
    private final S3Location root;
    private final FolderStore local;

    /**
     * @param objects the store
     * @param root the model's part of it
     * @param local the folder on this machine
     */
    S3Store(S3Objects objects, S3Location root, FolderStore local) {
        this.objects = objects;
        this.root = root;
        this.local = local;
    }

    @Override
    public Path folder() {
        return local.folder();
    }

    @Override
    public URI put(Checkpoint.Written written) throws StoreException {
        S3Location version = root.child(written.versionId());
        Map<S3Location, Content> contents = new LinkedHashMap<>();
        for (Path file : manifestLast(written.folder())) {
            S3Location location = version.child(file.getFileName().toString());
            Content content = Content.of(file);
            objects.put(location, file, content);
            contents.put(location, content);
        }
        for (Map.Entry<S3Location, Content> each : contents.entrySet()) {
            if (!objects.holds(each.getKey(), each.getValue())) {
                throw new StoreException(
                        true,
                        each.getKey() + " is not what was sent: its size or hash differs. Delete " + version
                                + " and start again.",
                        null);
            }
        }
        return version.uri();
    }

    @Override
    public Checkpoint fetch(String uri, String sha256) throws CheckpointException, StoreException {
        return local.fetch(uri, sha256);
    }

    @Override
    public List<Stored> list() throws StoreException {
        Map<String, Stored> stored = new LinkedHashMap<>();
        for (Stored here : local.list()) {
            stored.put(here.name(), here);
        }
        for (S3Objects.Found found : objects.list(root)) {
            String name = below(found.location());
            if (FolderStore.isVersion(name)) {
                stored.merge(
                        name,
                        new Stored(name, found.modified()),
                        (a, b) -> a.modified().isAfter(b.modified()) ? a : b);
            }
        }
        return List.copyOf(stored.values());
    }

    @Override
    public void delete(String name) throws StoreException {
        if (FolderStore.isVersion(name)) {
            List<S3Location> locations = new ArrayList<>();
            for (S3Objects.Found found : objects.list(root.child(name))) {
                locations.add(found.location());
            }
            // First what makes it whole: half a checkpoint is then seen to be one.
            locations.sort(Comparator.comparing(l -> !l.name().equals(Checkpoint.MANIFEST)));
            for (S3Location location : locations) {
                objects.delete(location);
            }
        }
        local.delete(name);
    }

    @Override
    public void setAside(String version) throws StoreException {
        local.setAside(version);
        S3Location damaged = root.child(version);
        List<S3Objects.Found> files = objects.list(damaged);
        if (files.isEmpty()) {
            return;
        }
        int number = 1;
        while (!objects.list(aside(version, number)).isEmpty()) {
            number++;
        }
        for (S3Objects.Found file : files) {
            objects.copy(file, aside(version, number).child(file.location().name()));
            objects.delete(file.location());
        }
        LOG.warn("The damaged checkpoint was set aside as {}", aside(version, number));
    }

    @Override
    public void close() {
        objects.close();
        local.close();
    }

    private S3Location aside(String version, int number) {
        return root.child(version + ".damaged-" + number);
    }

    /** The name below the root under which an object lies. */
    private String below(S3Location location) {
        String rest = location.key().substring(root.key().length() + 1);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private static List<Path> manifestLast(Path folder) throws StoreException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.comparing(f -> f.endsWith(Checkpoint.MANIFEST)))
                    .toList();
        } catch (IOException e) {
            throw new StoreException(true, "The folder " + folder + " cannot be read: " + e + ".", e);
        }
    }
}
