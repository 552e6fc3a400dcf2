package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A new file that is hashed while it is written. */
public final class HashedFile implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest = FolderFiles.digest();

    private HashedFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Creates the file; (IO) when it exists or the disk refuses. */
    public static HashedFile create(Path file) throws CheckpointException {
        try {
            return new HashedFile(
                    file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Appends what is between the buffer's position and limit; (IO) when the disk refuses. */
    public void write(ByteBuffer bytes) throws CheckpointException {
        digest.update(bytes.duplicate());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Forces the file to the disk and gives its SHA-256, 64 hex digits. Nothing may be written afterwards. */
    public String finish() throws CheckpointException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() throws CheckpointException {
        try {
            channel.close();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CheckpointException unwritable(Path file, IOException e) {
        return new CheckpointException(Kind.IO, file + " could not be written: " + e, e);
    }
}
