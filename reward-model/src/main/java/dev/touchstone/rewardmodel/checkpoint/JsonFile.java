package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The JSON object in a file that somebody else wrote. Every refusal names the file and the key. */
final class JsonFile {

    /** More than any config.json has, in bytes. */
    static final long LONGEST_CONFIG = 4 << 20;

    // Names are not kept in a table, in which those of a hostile file could collide.
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private final ObjectNode node;

    private JsonFile(Path file, ObjectNode node) {
        this.file = file;
        this.node = node;
    }

    /** Reads a file of at most so many bytes; (missing), (corrupt) or (IO) when it cannot. */
    static JsonFile read(Path file, long longest) throws CheckpointException {
        byte[] content;
        try {
            if (Files.size(file) > longest) {
                throw new CheckpointException(Kind.CORRUPT, file + " has more than " + longest + " bytes.");
            }
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(Kind.MISSING, file + " is missing.", e);
        } catch (IOException e) {
            throw new CheckpointException(Kind.IO, file + " could not be read: " + e, e);
        }
        // A decoder of its own refuses bytes that are no UTF-8; Jackson's would put something in their place.
        try (Reader text =
                new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.UTF_8.newDecoder())) {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return new JsonFile(file, object);
            }
            throw new CheckpointException(Kind.CORRUPT, file + " is no JSON object.");
        } catch (IOException e) {
            throw new CheckpointException(Kind.CORRUPT, file + " is no sound JSON: mend or download it.", e);
        }
    }

    /** The bytes of an object, indented as Python does it; a function of the object alone. */
    static byte[] bytes(ObjectNode node) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        try {
            return (JSON.writer(printer).writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An object could not be written as JSON.", e);
        }
    }

    /** The file. */
    Path file() {
        return file;
    }

    /** The object; not to be changed. */
    ObjectNode node() {
        return node;
    }

    /** The object under a key, which may lack or be null: then it is empty. */
    JsonFile object(String key) throws CheckpointException {
        JsonNode value = node.path(key);
        if (value instanceof ObjectNode object) {
            return new JsonFile(file, object);
        }
        if (isAbsent(key)) {
            return new JsonFile(file, JSON.createObjectNode());
        }
        throw refuse(key + " must be an object, but is " + shortened(value));
    }

    /** Whether a key is not there or null. */
    boolean isAbsent(String key) {
        return !node.hasNonNull(key);
    }

    /** Whether a key is neither absent nor false, zero nor empty. */
    boolean isSet(String key) {
        JsonNode value = node.path(key);
        boolean empty = (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.asText().isEmpty());
        boolean zero = (value.isNumber() && value.asDouble() == 0) || (value.isBoolean() && !value.asBoolean());
        return !isAbsent(key) && !empty && !zero;
    }

    /** A whole number from least on; the default when the key is not there. */
    int integer(String key, int otherwise, int least) throws CheckpointException {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
            throw refuse(key + " must be a whole number from " + least + " on, but is " + shortened(value));
        }
        return value.intValue();
    }

    /** A number above zero; the default when the key is not there. */
    double positive(String key, double otherwise) throws CheckpointException {
        return node.has(key) ? positive(key) : otherwise;
    }

    /** A number above zero. */
    double positive(String key) throws CheckpointException {
        JsonNode value = node.path(key);
        if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
            throw refuse(key + " must be a number above 0, but is " + shortened(value));
        }
        return value.doubleValue();
    }

    /** True or false; the default when the key is not there. */
    boolean flag(String key, boolean otherwise) throws CheckpointException {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw refuse(key + " must be true or false, but is " + shortened(value));
        }
        return value.booleanValue();
    }

    /** Text; the default when the key is not there. */
    String text(String key, String otherwise) throws CheckpointException {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw refuse(key + " must be a text, but is " + shortened(value));
        }
        return value.textValue();
    }

    /** (Mismatch) with one sentence about this file, without its full stop. */
    CheckpointException refuse(String sentence) {
        return new CheckpointException(Kind.MISMATCH, file + ": " + sentence + ".");
    }

    private static String shortened(JsonNode value) {
        String text = value.isMissingNode() ? "missing" : value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
