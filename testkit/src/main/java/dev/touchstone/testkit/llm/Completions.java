package dev.touchstone.testkit.llm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bodies of good answers, and what the model's work on them amounts to. */
final class Completions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Completions() {}

    /** What a behaviour has the model say, and how that ends. */
    private record Said(@Nullable String content, @Nullable String refusal, String finishReason, int chars) {
        static Said content(String content, String finishReason) {
            return new Said(content, null, finishReason, content.length());
        }
    }

    /** Tokens of the answer: 1 or more, or 0 for a behaviour that does not have the model work. */
    static int tokens(Behaviour behaviour) {
        Said said = said(behaviour);
        return said == null ? 0 : ChatRequest.tokens(said.chars());
    }

    /**
     * The body of an answer.
     *
     * @throws IllegalArgumentException if the behaviour does not have the model say anything
     */
    static byte[] message(Call call, Behaviour behaviour) {
        Said said = said(behaviour);
        if (said == null) {
            throw new IllegalArgumentException("Nothing is said by a " + behaviour.getClass());
        }
        byte[] body = message(call, said).getBytes(StandardCharsets.UTF_8);
        return behaviour instanceof Behaviour.Huge huge ? widened(body, huge.chars()) : body;
    }

    private static @Nullable Said said(Behaviour behaviour) {
        if (behaviour instanceof Behaviour.Answer answer) {
            return Said.content(answer.content(), "stop");
        } else if (behaviour instanceof Behaviour.Slow slow) {
            return Said.content(slow.content(), "stop");
        } else if (behaviour instanceof Behaviour.ResetMidBody cut) {
            return Said.content(cut.content(), "stop");
        } else if (behaviour instanceof Behaviour.CutShort cut) {
            return Said.content(cut.content(), cut.finishReason());
        } else if (behaviour instanceof Behaviour.Refusal refusal) {
            return new Said(null, refusal.refusal(), "stop", refusal.refusal().length());
        } else if (behaviour instanceof Behaviour.Huge huge) {
            return new Said("x", null, "stop", huge.chars());
        }
        return null;
    }

    private static String message(Call call, Said said) {
        ObjectNode answer = JSON.createObjectNode();
        answer.put("id", "chatcmpl-" + call.number()).put("object", "chat.completion");
        answer.put("created", call.arrivedAt().getEpochSecond()).put("model", call.model());
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", said.finishReason());
        choice.putObject("message")
                .put("role", "assistant")
                .put("content", said.content())
                .put("refusal", said.refusal());
        int completionTokens = ChatRequest.tokens(said.chars());
        answer.putObject("usage")
                .put("prompt_tokens", call.promptTokens())
                .put("completion_tokens", completionTokens)
                .put("total_tokens", call.promptTokens() + completionTokens);
        return answer.toString();
    }

    /** The body with the single x of its content repeated: a tree of that size would be copied several times. */
    private static byte[] widened(byte[] body, int chars) {
        // A quotation mark within a string is escaped: nothing but the field itself looks like this.
        String field = "\"content\":\"x\"";
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int x = text.indexOf(field) + field.length() - 2;
        byte[] wide = new byte[body.length - 1 + chars];
        System.arraycopy(body, 0, wide, 0, x);
        Arrays.fill(wide, x, x + chars, (byte) 'x');
        System.arraycopy(body, x + 1, wide, x + chars, body.length - x - 1);
        return wide;
    }
}
