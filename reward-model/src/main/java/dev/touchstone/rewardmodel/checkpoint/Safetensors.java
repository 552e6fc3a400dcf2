package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format for F32 tensors: eight bytes of header length (little endian), a JSON header, then the values.
 * Reading trusts nothing: every length and offset is checked before it is used, and tensors must cover the data exactly,
 * with no gap and no overlap.
 */
public final class Safetensors {

    private static final int LONGEST_HEADER = 16 << 20;

    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private Safetensors() {}

    /**
     * One tensor. The arrays belong to the record.
     *
     * @param shape dimensions, outermost first; empty for a scalar
     * @param values row by row
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Tensor(long[] shape, float[] values) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(String name, long[] shape, long begin, long end) {}

    /** The file's bytes, tensors in the order of the map. */
    public static byte[] write(Map<String, Tensor> tensors) {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            for (long dimension : entry.getValue().shape()) {
                shape.add(dimension);
            }
            long end = offset + 4L * entry.getValue().values().length;
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String text = header.toString();
        byte[] head = (text + " ".repeat((8 - text.getBytes(StandardCharsets.UTF_8).length % 8) % 8))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(8L + head.length + offset))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(head.length)
                .put(head);
        for (Tensor tensor : tensors.values()) {
            out.asFloatBuffer().put(tensor.values());
            out.position(out.position() + 4 * tensor.values().length);
        }
        return out.array();
    }

    /**
     * The tensors of a file, in the order of its data.
     *
     * @param what names the file in messages
     * @throws CheckpointException (corrupt) when the bytes are not a sound file, or hold another type than F32
     */
    public static Map<String, Tensor> read(String what, byte[] bytes) throws CheckpointException {
        if (bytes.length < 8) {
            throw corrupt(what, "is cut off before its header");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long length = buffer.getLong();
        if (length < 2 || length > LONGEST_HEADER || length > bytes.length - 8) {
            throw corrupt(what, "says that its header has " + length + " bytes, which cannot be");
        }
        int start = 8 + (int) length;
        long expected = 0;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries(what, header(what, bytes, (int) length))) {
            if (entry.begin() != expected) {
                throw corrupt(what, "has a gap or an overlap before " + entry.name());
            }
            if (entry.end() > bytes.length - start) {
                throw corrupt(what, "ends before the values of " + entry.name() + " do");
            }
            float[] values = new float[(int) ((entry.end() - entry.begin()) / 4)];
            buffer.position(start + (int) entry.begin());
            buffer.asFloatBuffer().get(values);
            tensors.put(entry.name(), new Tensor(entry.shape(), values));
            expected = entry.end();
        }
        if (expected != bytes.length - start) {
            throw corrupt(what, "has bytes that belong to no tensor");
        }
        return tensors;
    }

    private static JsonNode header(String what, byte[] bytes, int length) throws CheckpointException {
        try {
            JsonNode header = JSON.readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
            if (header.isObject()) {
                return header;
            }
            throw corrupt(what, "has a header that is no JSON object");
        } catch (JsonProcessingException e) {
            throw corrupt(what, "has a header that is no JSON object");
        }
    }

    private static List<Entry> entries(String what, JsonNode header) throws CheckpointException {
        List<Entry> entries = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = header.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (!field.getKey().equals("__metadata__")) {
                entries.add(entry(what, field.getKey(), field.getValue()));
            }
        }
        // Empty tensors share their offset with the next one and must come before it.
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return entries;
    }

    private static Entry entry(String what, String name, JsonNode node) throws CheckpointException {
        if (!node.path("dtype").asText().equals("F32")) {
            throw corrupt(what, "has " + name + " in a type other than F32");
        }
        JsonNode offsets = node.path("data_offsets");
        if (!node.path("shape").isArray() || !offsets.isArray() || offsets.size() != 2) {
            throw corrupt(what, "lacks the shape or the offsets of " + name);
        }
        long[] shape = new long[node.path("shape").size()];
        long size = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = integer(what, name, node.path("shape").get(i));
            if (shape[i] != 0 && size > Integer.MAX_VALUE / shape[i]) {
                throw corrupt(what, "has " + name + " in a size that cannot be");
            }
            size *= shape[i];
        }
        long begin = integer(what, name, offsets.get(0));
        long end = integer(what, name, offsets.get(1));
        if (end - begin != 4 * size) {
            throw corrupt(what, "has offsets of " + name + " that do not fit its shape");
        }
        return new Entry(name, shape, begin, end);
    }

    private static long integer(String what, String name, JsonNode node) throws CheckpointException {
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            throw corrupt(what, "has a number of " + name + " that is not a whole one from 0 on");
        }
        return node.longValue();
    }

    private static CheckpointException corrupt(String what, String fault) {
        return new CheckpointException(Kind.CORRUPT, what + " " + fault + ".");
    }
}
