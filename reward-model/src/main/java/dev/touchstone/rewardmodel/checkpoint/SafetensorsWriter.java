package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the safetensors format with bounded memory. As Python's safetensors does, wide types come first and names go in
 * order, so that values are aligned and the bytes depend on the content alone.
 */
public final class SafetensorsWriter {

    /** What Python's transformers asks of a file's metadata. */
    public static final Map<String, String> METADATA = Map.of("format", "pt");

    private static final Comparator<TensorSource> ORDER = Comparator.comparing(
                    (TensorSource tensor) -> tensor.dtype().bits(), Comparator.reverseOrder())
            .thenComparing(TensorSource::name);

    private final HashedFile out;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(4 * SafetensorsFile.CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    private SafetensorsWriter(HashedFile out) {
        this.out = out;
    }

    /**
     * Writes a new file, forces it to the disk and gives its SHA-256, 64 hex digits.
     *
     * @throws CheckpointException (IO) when the disk refuses; and whatever a source throws
     */
    public static String write(Path file, Collection<TensorSource> tensors, Map<String, String> metadata)
            throws CheckpointException {
        try (HashedFile out = HashedFile.create(file)) {
            write(out, tensors, metadata);
            return out.finish();
        }
    }

    /** Writes into a file that somebody else finishes. */
    public static void write(HashedFile out, Collection<TensorSource> tensors, Map<String, String> metadata)
            throws CheckpointException {
        List<TensorSource> ordered = tensors.stream().sorted(ORDER).toList();
        byte[] header = header(ordered, metadata);
        SafetensorsWriter writer = new SafetensorsWriter(out);
        out.write(writer.buffer.putLong(header.length).flip());
        out.write(ByteBuffer.wrap(header));
        writer.buffer.clear();
        for (TensorSource tensor : ordered) {
            writer.values(tensor);
        }
        writer.flush();
    }

    private static byte[] header(List<TensorSource> tensors, Map<String, String> metadata) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = header.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(node::put);
        }
        long offset = 0;
        for (TensorSource tensor : tensors) {
            if (header.has(tensor.name())) {
                throw new IllegalArgumentException("Two tensors have the name " + tensor.name() + ".");
            }
            ObjectNode node =
                    header.putObject(tensor.name()).put("dtype", tensor.dtype().name());
            ArrayNode shape = node.putArray("shape");
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            long end = Math.addExact(
                    offset, Math.multiplyExact(tensor.elements(), tensor.dtype().bits() / 8));
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        // The values shall begin at a multiple of eight; blanks are what the format allows there.
        return (header + " ".repeat(-text.length & 7)).getBytes(StandardCharsets.UTF_8);
    }

    private void values(TensorSource tensor) throws CheckpointException {
        long[] count = {0};
        tensor.source().writeTo(chunk -> {
            count[0] += chunk.remaining();
            if (tensor.dtype() == Dtype.F32) {
                putWhole(chunk);
            } else {
                putHalves(chunk);
            }
        });
        if (count[0] != tensor.elements()) {
            throw new IllegalStateException("The source of " + tensor.name() + " gave " + count[0]
                    + " values, but its shape has " + tensor.elements() + ".");
        }
    }

    private void putWhole(FloatBuffer chunk) throws CheckpointException {
        while (chunk.hasRemaining()) {
            makeRoom();
            int count = Math.min(chunk.remaining(), buffer.remaining() / 4);
            buffer.asFloatBuffer().put(chunk.slice(chunk.position(), count));
            chunk.position(chunk.position() + count);
            buffer.position(buffer.position() + 4 * count);
        }
    }

    private void putHalves(FloatBuffer chunk) throws CheckpointException {
        while (chunk.hasRemaining()) {
            makeRoom();
            buffer.putShort(FloatBits.toBfloat16(Float.floatToRawIntBits(chunk.get())));
        }
    }

    private void makeRoom() throws CheckpointException {
        if (buffer.remaining() < 4) {
            flush();
        }
    }

    private void flush() throws CheckpointException {
        out.write(buffer.flip());
        buffer.clear();
    }
}
