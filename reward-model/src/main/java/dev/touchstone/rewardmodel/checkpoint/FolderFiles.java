package dev.touchstone.rewardmodel.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes a folder so that it is either whole on the disk or not there, and hashes what is in it. */
final class FolderFiles {

    private FolderFiles() {}

    /** Hex digits of each content's SHA-256, by name. */
    static SortedMap<String, String> digests(Map<String, byte[]> files) {
        SortedMap<String, String> digests = new TreeMap<>();
        files.forEach((name, content) -> digests.put(name, sha256(content)));
        return digests;
    }

    /** SHA-256 over one line per file, "name digest", in the order of the names. */
    static String combined(SortedMap<String, String> digests) {
        StringBuilder lines = new StringBuilder();
        digests.forEach(
                (name, digest) -> lines.append(name).append(' ').append(digest).append('\n'));
        return sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256.", e);
        }
    }

    /** Writes the files beside the target, forces them to the disk, renames the folder and forces the rename. */
    static void write(Path target, Map<String, byte[]> files) throws IOException {
        Path parent = target.getParent();
        if (parent == null) {
            throw new IOException(target + " has no parent folder");
        }
        Path temporary = parent.resolve(".tmp-" + target.getFileName() + "-" + UUID.randomUUID());
        Files.createDirectory(temporary);
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                writeFile(temporary.resolve(file.getKey()), file.getValue());
            }
            force(temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            force(parent);
        } catch (IOException e) {
            try {
                delete(temporary);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private static void writeFile(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Files.delete(folder);
    }
}
