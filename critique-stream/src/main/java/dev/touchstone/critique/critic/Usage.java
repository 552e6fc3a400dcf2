package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of requests, as the endpoint counts them.
 *
 * @param promptTokens read, 0 or more
 * @param completionTokens written, thoughts included, 0 or more
 */
public record Usage(int promptTokens, int completionTokens) {
    static final Usage NONE = new Usage(0, 0);

    /** No context is as long as this; an endpoint that says so is wrong, and must not spend the day's money. */
    private static final int IMPLAUSIBLE = 10_000_000;

    /** The member {@code usage} of a response; null where it is absent or makes no sense. */
    static @Nullable Usage of(JsonNode usage) {
        JsonNode prompt = usage.path("prompt_tokens");
        JsonNode completion = usage.path("completion_tokens");
        return isCount(prompt) && isCount(completion) ? new Usage(prompt.intValue(), completion.intValue()) : null;
    }

    private static boolean isCount(JsonNode tokens) {
        return tokens.isIntegralNumber()
                && tokens.canConvertToInt()
                && tokens.intValue() >= 0
                && tokens.intValue() < IMPLAUSIBLE;
    }

    Usage plus(Usage other) {
        return new Usage(promptTokens + other.promptTokens, completionTokens + other.completionTokens);
    }
}
