package dev.touchstone.scorer.model;

import dev.touchstone.schemas.v1.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reward model reads.
 *
 * @param prompt the conversation, oldest turn first, at least one turn
 * @param completion the text to be rewarded, not empty
 * @param critique what a critic says of it; null where there is no critique
 */
public record ModelInput(
        List<Message> prompt, String completion, @Nullable String critique) {
    /** Copies the list. */
    public ModelInput {
        prompt = List.copyOf(prompt);
    }
}
