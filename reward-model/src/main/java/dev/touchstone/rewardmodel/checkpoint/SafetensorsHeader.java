package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file, read token by token: no tree is built, so that a hostile header costs little
 * more memory than it has bytes.
 */
final class SafetensorsHeader {

    private static final int MOST_ENTRIES = 100_000;
    private static final int LONGEST_NAME = 1_000;
    private static final int MOST_DIMENSIONS = 8;
    private static final Set<String> DTYPES =
            EnumSet.allOf(Dtype.class).stream().map(Enum::name).collect(Collectors.toUnmodifiableSet());

    // Neither canonicalised nor interned: names of a hostile file shall not stay in a table, nor collide in it.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNumberLength(20)
                    .build())
            .build();

    private final Path file;
    private final long dataBegin;
    private final long dataEnd;
    private final JsonParser parser;

    private SafetensorsHeader(Path file, long dataBegin, long dataEnd, JsonParser parser) {
        this.file = file;
        this.dataBegin = dataBegin;
        this.dataEnd = dataEnd;
        this.parser = parser;
    }

    /**
     * The tensors in the order of their values, which cover the file from dataBegin to dataEnd exactly.
     *
     * @throws CheckpointException (corrupt) when they don't, or the header is not what the format asks for
     */
    static List<TensorInfo> read(Path file, byte[] header, long dataBegin, long dataEnd) throws CheckpointException {
        if (header.length == 0 || header[0] != '{') {
            throw corrupt(file, "has a header that is no JSON object");
        }
        try (JsonParser parser = JSON.createParser(
                new InputStreamReader(new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder()))) {
            return new SafetensorsHeader(file, dataBegin, dataEnd, parser).tensors();
        } catch (IOException e) {
            throw new CheckpointException(
                    Kind.CORRUPT, file + " has a header that is no sound JSON object: copy or download it again.", e);
        }
    }

    private List<TensorInfo> tensors() throws IOException, CheckpointException {
        List<TensorInfo> tensors = new ArrayList<>();
        require(parser.nextToken() == JsonToken.START_OBJECT, "has a header that is no JSON object");
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (name.equals("__metadata__")) {
                metadata();
            } else {
                tensors.add(tensor(name));
            }
            require(tensors.size() <= MOST_ENTRIES, "has more than " + MOST_ENTRIES + " tensors");
        }
        require(parser.nextToken() == null, "has text after its header");
        // Empty tensors share their offset with the next one and must come before it.
        tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long expected = dataBegin;
        for (TensorInfo tensor : tensors) {
            require(tensor.begin() == expected, "has a gap or an overlap before the values of " + tensor.name());
            expected = tensor.end();
        }
        require(expected == dataEnd, "has bytes that belong to no tensor");
        return tensors;
    }

    private void metadata() throws IOException, CheckpointException {
        require(parser.nextToken() == JsonToken.START_OBJECT, "has metadata that is no JSON object");
        int entries = 0;
        while (parser.nextFieldName() != null) {
            require(parser.nextToken() == JsonToken.VALUE_STRING, "has metadata that is no text");
            require(++entries <= MOST_ENTRIES, "has more than " + MOST_ENTRIES + " entries of metadata");
        }
    }

    private TensorInfo tensor(String name) throws IOException, CheckpointException {
        require(!name.isEmpty() && name.length() <= LONGEST_NAME, "has a tensor whose name is empty or too long");
        require(parser.nextToken() == JsonToken.START_OBJECT, "does not describe " + name + " by a JSON object");
        @Nullable Dtype dtype = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            switch (key) {
                case "dtype" -> dtype = dtype(name);
                case "shape" -> shape = integers(name, MOST_DIMENSIONS);
                case "data_offsets" -> offsets = integers(name, 2);
                default -> throw corrupt(file, "says of " + name + " what the format does not know");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw corrupt(file, "lacks the type, the shape or the offsets of " + name);
        }
        long size = bytes(name, dtype, shape);
        require(offsets[0] <= offsets[1], "has offsets of " + name + " that run backwards");
        require(offsets[1] - offsets[0] == size, "has offsets of " + name + " that do not fit its type and shape");
        require(offsets[1] <= dataEnd - dataBegin, "ends before the values of " + name + " do");
        return new TensorInfo(name, dtype, shape, dataBegin + offsets[0], dataBegin + offsets[1]);
    }

    private Dtype dtype(String name) throws IOException, CheckpointException {
        require(parser.nextToken() == JsonToken.VALUE_STRING, "has a type of " + name + " that is no text");
        require(DTYPES.contains(parser.getText()), "has " + name + " in a type that the format does not know");
        return Dtype.valueOf(parser.getText());
    }

    private long[] integers(String name, int most) throws IOException, CheckpointException {
        require(parser.nextToken() == JsonToken.START_ARRAY, "has a shape or offsets of " + name + " that are no list");
        long[] numbers = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(count < most, "has more than " + most + " numbers in a list of " + name);
            require(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && parser.getLongValue() >= 0,
                    "has a number of " + name + " that is not a whole one from 0 on");
            numbers[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private long bytes(String name, Dtype dtype, long[] shape) throws CheckpointException {
        try {
            long bits = dtype.bits();
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, dimension);
            }
            require(bits % 8 == 0, "has " + name + " in a shape that fills no whole bytes");
            return bits / 8;
        } catch (ArithmeticException e) {
            throw corrupt(file, "has " + name + " in a size that cannot be");
        }
    }

    private void require(boolean condition, String fault) throws CheckpointException {
        if (!condition) {
            throw corrupt(file, fault);
        }
    }

    static CheckpointException corrupt(Path file, String fault) {
        return new CheckpointException(Kind.CORRUPT, file + " " + fault + ": copy or download it again.");
    }
}
