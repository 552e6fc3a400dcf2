package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file in the safetensors format: eight bytes of header length (little endian), a JSON header, then the values. Opening
 * reads the header alone and trusts nothing: every length and offset is checked before it is used, and tensors must cover
 * the data exactly, with no gap and no overlap. Values are read on demand through one buffer of a megabyte. For one
 * thread at a time.
 */
public final class SafetensorsFile implements AutoCloseable {

    /** The most values that a sink gets at once. */
    public static final int CHUNK = 1 << 18;

    private static final long LONGEST_HEADER = 100_000_000;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, TensorInfo> tensors;
    private @Nullable ByteBuffer buffer;

    private SafetensorsFile(Path file, FileChannel channel, Map<String, TensorInfo> tensors) {
        this.file = file;
        this.channel = channel;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws CheckpointException (missing) when there is none, (corrupt) when it is not sound, (IO) when the disk refuses
     */
    public static SafetensorsFile open(Path file) throws CheckpointException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(Kind.MISSING, file + " is missing.", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        boolean sound = false;
        try {
            SafetensorsFile opened = new SafetensorsFile(file, channel, header(file, channel));
            sound = true;
            return opened;
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            if (!sound) {
                close(file, channel);
            }
        }
    }

    private static Map<String, TensorInfo> header(Path file, FileChannel channel)
            throws IOException, CheckpointException {
        long size = channel.size();
        if (size < 8) {
            throw SafetensorsHeader.corrupt(file, "is cut off before its header");
        }
        ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        fill(file, channel, head, 0);
        long length = head.getLong(0);
        if (length < 2 || length > LONGEST_HEADER || length > size - 8) {
            throw SafetensorsHeader.corrupt(file, "says that its header has " + length + " bytes, which cannot be");
        }
        byte[] header = new byte[(int) length];
        fill(file, channel, ByteBuffer.wrap(header), 8);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (TensorInfo tensor : SafetensorsHeader.read(file, header, 8 + length, size)) {
            tensors.put(tensor.name(), tensor);
        }
        return tensors;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** All tensors by name, in the order of their values. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /**
     * Hands the values of a tensor to a sink as fp32, row by row, at most {@link #CHUNK} at once. An empty tensor makes no
     * call.
     *
     * @throws CheckpointException (mismatch) when there is no such tensor or its type is not F32, BF16 or F16, (corrupt)
     *     when the file was cut off since it was opened, (IO) when the disk refuses; and whatever the sink throws
     */
    public void read(String name, FloatSink sink) throws CheckpointException {
        TensorInfo tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(Kind.MISMATCH, file + " has no tensor " + name + ".");
        }
        if (!tensor.dtype().readable()) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    file + " has " + name + " as " + tensor.dtype() + ": save the model as F32, BF16 or F16.");
        }
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        }
        int width = tensor.dtype().bits() / 8;
        for (long at = tensor.begin(); at < tensor.end(); ) {
            int count = (int) Math.min(CHUNK, (tensor.end() - at) / width);
            // Halves go into the rear of the place that their fp32 values take, so that widening never overtakes them.
            ByteBuffer raw = buffer.slice((4 - width) * count, width * count).order(ByteOrder.LITTLE_ENDIAN);
            try {
                fill(file, channel, raw, at);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
            ByteBuffer values = buffer.slice(0, 4 * count).order(ByteOrder.LITTLE_ENDIAN);
            widen(tensor.dtype(), raw.flip().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer(), values.asIntBuffer());
            sink.accept(values.asFloatBuffer());
            at += (long) width * count;
        }
    }

    private static void widen(Dtype dtype, ShortBuffer halves, IntBuffer values) {
        if (dtype == Dtype.BF16) {
            for (int i = 0; i < values.limit(); i++) {
                values.put(i, FloatBits.fromBfloat16(halves.get(i)));
            }
        } else if (dtype == Dtype.F16) {
            for (int i = 0; i < values.limit(); i++) {
                values.put(i, FloatBits.fromFloat16(halves.get(i)));
            }
        }
    }

    private static void fill(Path file, FileChannel channel, ByteBuffer buffer, long at)
            throws IOException, CheckpointException {
        long position = at;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, position);
            if (count < 0) {
                throw SafetensorsHeader.corrupt(file, "was cut off while it was read");
            }
            position += count;
        }
    }

    @Override
    public void close() throws CheckpointException {
        close(file, channel);
    }

    private static void close(Path file, FileChannel channel) throws CheckpointException {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static CheckpointException unreadable(Path file, IOException e) {
        return new CheckpointException(Kind.IO, file + " could not be read: " + e, e);
    }
}
