package dev.touchstone.producers.rubric;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Message;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Thread-safe. The chat completion shape of the OpenAI API around a {@link RubricCritic}. The user message holds an
 * instruction, a newline, and one JSON object: {@code {"conversation":[{"role":..,"content":..}],"completion":".."}}; the
 * answer's content is {@code {"critique":"..","verdicts":[{"aspect":"..","verdict":"good|mixed|bad"}]}}.
 */
final class ChatCompletions {
    /** The name of the one model. */
    static final String MODEL = "rubric-1";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int CHARACTERS_PER_TOKEN = 4;

    private final RubricCritic critic;
    private final Clock clock;

    ChatCompletions(RubricCritic critic, Clock clock) {
        this.critic = critic;
        this.clock = clock;
    }

    /** Answers the body of one request. */
    byte[] answer(byte[] body) throws BadRequestException {
        JsonNode request = object(body);
        if (request.path("stream").asBoolean(false)) {
            throw new BadRequestException(400, "This critic does not stream: leave out stream.");
        }
        if (request.path("n").asInt(1) != 1) {
            throw new BadRequestException(400, "This critic gives one choice: leave out n.");
        }
        JsonNode messages = request.path("messages");
        String user = lastUserMessage(messages);
        Subject subject = subject(user);
        Assessment assessment = critic.assess(subject.conversation(), subject.completion());
        String content = content(assessment);
        int read = 0;
        for (JsonNode message : messages) {
            read += tokens(message.path("content").asText());
        }
        return bytes(envelope(request.path("model").asText(MODEL), user, content, read));
    }

    /** The list of models. */
    byte[] models() {
        ObjectNode root = JSON.createObjectNode().put("object", "list");
        root.putArray("data")
                .addObject()
                .put("id", MODEL)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "touchstone");
        return bytes(root);
    }

    /** An error as the API words it. */
    static byte[] error(String type, String message) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("error")
                .put("message", message)
                .put("type", type)
                .putNull("param")
                .putNull("code");
        return bytes(root);
    }

    private record Subject(List<Message> conversation, String completion) {}

    private static JsonNode object(byte[] body) throws BadRequestException {
        try {
            JsonNode request = JSON.readTree(body);
            if (request.isObject()) {
                return request;
            }
        } catch (IOException e) {
            throw new BadRequestException(400, "The request is not JSON.");
        }
        throw new BadRequestException(400, "The request is not a JSON object.");
    }

    private static String lastUserMessage(JsonNode messages) throws BadRequestException {
        String last = null;
        for (JsonNode message : messages) {
            if (message.path("role").asText().equals("user")
                    && message.path("content").isTextual()) {
                last = message.path("content").asText();
            }
        }
        if (last == null) {
            throw new BadRequestException(400, "There is no message of role user with a text as its content.");
        }
        return last;
    }

    private static Subject subject(String user) throws BadRequestException {
        int line = user.indexOf('\n');
        JsonNode subject;
        try {
            subject = JSON.readTree(line < 0 ? user : user.substring(line + 1));
        } catch (JsonProcessingException e) {
            throw new BadRequestException(
                    400, "The user message is not an instruction line followed by one JSON object.");
        }
        JsonNode turns = subject.path("conversation");
        JsonNode completion = subject.path("completion");
        List<Message> conversation = new ArrayList<>();
        for (JsonNode turn : turns) {
            if (!turn.path("role").isTextual() || !turn.path("content").isTextual()) {
                throw new BadRequestException(400, "A turn of the conversation lacks a role or a content.");
            }
            conversation.add(
                    new Message(turn.path("role").asText(), turn.path("content").asText()));
        }
        if (!turns.isArray() || conversation.isEmpty() || !completion.isTextual()) {
            throw new BadRequestException(400, "The user message has no conversation or no completion.");
        }
        return new Subject(conversation, completion.asText());
    }

    private static String content(Assessment assessment) {
        ObjectNode root = JSON.createObjectNode().put("critique", assessment.critique());
        ArrayNode verdicts = root.putArray("verdicts");
        assessment
                .verdicts()
                .forEach(verdict -> verdicts.addObject()
                        .put("aspect", verdict.getAspect())
                        .put("verdict", verdict.getVerdict().name().toLowerCase(Locale.ROOT)));
        return root.toString();
    }

    private ObjectNode envelope(String model, String user, String content, int read) {
        ObjectNode root = JSON.createObjectNode()
                .put(
                        "id",
                        "chatcmpl-"
                                + Ids.contentHash("answer", List.of(user), List.of())
                                        .substring(0, 24))
                .put("object", "chat.completion")
                .put("created", clock.instant().getEpochSecond())
                .put("model", model);
        ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", content);
        choice.put("finish_reason", "stop");
        int written = tokens(content);
        root.putObject("usage")
                .put("prompt_tokens", read)
                .put("completion_tokens", written)
                .put("total_tokens", read + written);
        return root;
    }

    /** About how many tokens a text has; nothing is billed by it. */
    private static int tokens(String text) {
        return (text.length() + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree is always JSON", e);
        }
    }
}
