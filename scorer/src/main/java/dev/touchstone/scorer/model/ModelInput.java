package dev.touchstone.scorer.model;

import dev.touchstone.schemas.v1.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a reward model reads. */
public sealed interface ModelInput {
    /** The text to be rewarded; of a text that cannot be divided, all of it. */
    String completion();

    /**
     * A conversation, for which the model has a template of its own.
     *
     * @param prompt the conversation, oldest turn first, at least one turn
     * @param completion the text to be rewarded, not empty
     * @param critique what a critic says of it; null where there is no critique
     */
    record Conversation(
            List<Message> prompt,
            String completion,
            @Nullable String critique) implements ModelInput {
        /** Copies the list. */
        public Conversation {
            prompt = List.copyOf(prompt);
        }
    }

    /**
     * A text that somebody else's template has been applied to: it gets no second one.
     *
     * @param prompt its beginning; empty where it cannot be told from the completion
     * @param completion the rest, not empty
     */
    record Templated(String prompt, String completion) implements ModelInput {}
}
