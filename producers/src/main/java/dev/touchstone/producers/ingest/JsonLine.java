package dev.touchstone.producers.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.touchstone.producers.feed.Rejection.Reason;
import dev.touchstone.schemas.v1.Message;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One line as a JSON object, with typed access to its fields. Absent and null are the same. */
final class JsonLine {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final JsonNode object;

    private JsonLine(JsonNode object) {
        this.object = object;
    }

    static JsonLine parse(byte[] bytes) throws RejectedException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RejectedException(Reason.INVALID_UTF8, "The line is not UTF-8.");
        }
        if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
        }
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new RejectedException(Reason.NOT_JSON, "The line is not JSON.");
        }
        if (!node.isObject()) {
            throw new RejectedException(Reason.NOT_JSON, "The line is not a JSON object.");
        }
        return new JsonLine(node);
    }

    boolean has(String field) {
        return object.hasNonNull(field);
    }

    /** A string, or empty if absent. */
    Optional<String> text(String field) throws RejectedException {
        if (!has(field)) {
            return Optional.empty();
        }
        return Optional.of(text(object.get(field), "The field " + field));
    }

    /** An id: a string or a whole number. */
    Optional<String> id(String field) throws RejectedException {
        JsonNode node = object.path(field);
        return node.isIntegralNumber() ? Optional.of(node.asText()) : text(field);
    }

    /** A number. */
    OptionalDouble number(String field) throws RejectedException {
        if (!has(field)) {
            return OptionalDouble.empty();
        }
        if (!object.get(field).isNumber()) {
            throw wrongType("The field " + field + " is not a number.");
        }
        return OptionalDouble.of(object.get(field).asDouble());
    }

    /** A truth value; false if absent. */
    boolean flag(String field) throws RejectedException {
        if (!has(field)) {
            return false;
        }
        if (!object.get(field).isBoolean()) {
            throw wrongType("The field " + field + " is not true or false.");
        }
        return object.get(field).asBoolean();
    }

    /** A prompt: a string, which is one user turn, or a list of turns. */
    List<Message> prompt(String field) throws RejectedException {
        JsonNode node = required(field);
        return node.isTextual() ? List.of(new Message("user", text(node, "The field " + field))) : turns(field, node);
    }

    /**
     * A completion: a string, or a list whose last turn is the assistant's. Turns before it must repeat the prompt, as in data
     * that keeps the whole conversation on each side.
     */
    String completion(String field, List<Message> prompt) throws RejectedException {
        JsonNode node = required(field);
        if (node.isTextual()) {
            return text(node, "The field " + field);
        }
        List<Message> turns = turns(field, node);
        if (turns.isEmpty() || !turns.get(turns.size() - 1).getRole().equals("assistant")) {
            throw wrongType("The list in " + field + " does not end with a turn of the assistant.");
        }
        List<Message> before = turns.subList(0, turns.size() - 1);
        if (!before.isEmpty() && !before.equals(prompt)) {
            throw wrongType("The list in " + field + " has other turns before the last than the prompt.");
        }
        return turns.get(turns.size() - 1).getContent();
    }

    static RejectedException wrongType(String sentence) {
        return new RejectedException(Reason.WRONG_TYPE, sentence);
    }

    private JsonNode required(String field) throws RejectedException {
        if (!has(field)) {
            throw new RejectedException(Reason.MISSING_FIELD, "The field " + field + " is missing.");
        }
        return object.get(field);
    }

    private static List<Message> turns(String field, JsonNode node) throws RejectedException {
        if (!node.isArray()) {
            throw wrongType("The field " + field + " is neither a string nor a list of turns.");
        }
        List<Message> turns = new ArrayList<>();
        for (JsonNode turn : node) {
            turns.add(new Message(
                    text(turn.path("role"), "The role of a turn in " + field),
                    text(turn.path("content"), "The content of a turn in " + field)));
        }
        return turns;
    }

    private static String text(JsonNode node, String what) throws RejectedException {
        if (!node.isTextual()) {
            throw wrongType(what + " is not a string.");
        }
        String text = node.asText();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new RejectedException(Reason.INVALID_UTF8, what + " has half of a surrogate pair.");
        }
        return text;
    }
}
