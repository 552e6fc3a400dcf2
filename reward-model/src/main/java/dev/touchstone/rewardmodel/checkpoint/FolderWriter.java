package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Fills a folder so that it is either whole on the disk or not there: files are written aside and forced to the disk one
 * by one; {@link #moveTo} gives the folder its name. Closing deletes what was not moved.
 */
public final class FolderWriter implements AutoCloseable {

    private final Path parent;
    private final Path aside;
    private final SortedMap<String, String> digests = new TreeMap<>();

    /** Writes the content of one file. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it; the writer of the folder finishes the file. */
        void writeTo(HashedFile file) throws CheckpointException;
    }

    private FolderWriter(Path parent, Path aside) {
        this.parent = parent;
        this.aside = aside;
    }

    /** Begins a folder under parent, which is created when it is not there. */
    public static FolderWriter under(Path parent) throws CheckpointException {
        try {
            Files.createDirectories(parent);
            return new FolderWriter(parent, Files.createDirectory(parent.resolve(".tmp-" + UUID.randomUUID())));
        } catch (IOException e) {
            throw unwritable(parent, e);
        }
    }

    /** Adds a file, forced to the disk. */
    public void add(String name, byte[] content) throws CheckpointException {
        add(name, file -> file.write(ByteBuffer.wrap(content)));
    }

    /** Adds a file that is written piece by piece, forced to the disk. */
    public void add(String name, Content content) throws CheckpointException {
        try (HashedFile file = HashedFile.create(aside.resolve(name))) {
            content.writeTo(file);
            digests.put(name, file.finish());
        }
    }

    /** Hex digits of each file's SHA-256, by name. */
    public SortedMap<String, String> digests() {
        return new TreeMap<>(digests);
    }

    /** Hash over names and content of the files so far, 64 hex digits: a checkpoint's own before its manifest is added. */
    public String sha256() {
        return FolderFiles.combined(digests);
    }

    /**
     * Renames the folder and forces the rename to the disk.
     *
     * @param name of a folder that is not there yet
     * @throws CheckpointException (IO) when the disk refuses
     */
    public Path moveTo(String name) throws CheckpointException {
        Path target = parent.resolve(name);
        try {
            force(aside);
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
            force(parent);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
        return target;
    }

    @Override
    public void close() throws CheckpointException {
        if (!Files.exists(aside)) {
            return;
        }
        try (Stream<Path> files = Files.list(aside)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(aside);
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(aside, e);
        }
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static CheckpointException unwritable(Path path, Exception e) {
        return new CheckpointException(Kind.IO, path + " could not be written: " + e, e);
    }
}
