package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * Immutable. The bodies of requests for chat completions. The user's message comes last in the JSON, so that all before it is
 * the same in every request of one form, and is kept once for all calls in flight.
 */
final class RequestBody {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] END = utf8("}]}");

    private final PromptTemplate prompt;
    private final Map<StructuredOutput, byte[]> first = new EnumMap<>(StructuredOutput.class);
    private final Map<StructuredOutput, byte[]> repair = new EnumMap<>(StructuredOutput.class);

    RequestBody(CriticSettings settings, PromptTemplate prompt) {
        this.prompt = prompt;
        for (StructuredOutput output : StructuredOutput.values()) {
            first.put(output, beginning(settings, prompt.system(false), output));
            repair.put(output, beginning(settings, prompt.system(true), output));
        }
    }

    /**
     * The body of a request.
     *
     * @param again whether the answer before could not be read
     */
    BodyPublisher of(CritiqueRequest request, boolean again, StructuredOutput output) {
        return BodyPublishers.concat(
                BodyPublishers.ofByteArray((again ? repair : first).get(output)),
                BodyPublishers.ofByteArray(utf8(
                        JSON.getNodeFactory().textNode(prompt.user(request)).toString())),
                BodyPublishers.ofByteArray(END));
    }

    /** All up to the content of the user's message. */
    private static byte[] beginning(CriticSettings settings, String system, StructuredOutput output) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", settings.model())
                .put("temperature", settings.temperature())
                .put("max_tokens", settings.maxTokens());
        if (output == StructuredOutput.JSON_SCHEMA) {
            body.set("response_format", AnswerSchema.responseFormat());
        } else if (output == StructuredOutput.JSON_OBJECT) {
            body.putObject("response_format").put("type", "json_object");
        }
        ArrayNode messages = body.putArray("messages");
        messages.addObject().put("role", "system").put("content", system);
        messages.addObject().put("role", "user");
        String closed = body.toString();
        return utf8(closed.substring(0, closed.length() - "}]}".length()) + ",\"content\":");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
