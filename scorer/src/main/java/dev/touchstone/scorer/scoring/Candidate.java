package dev.touchstone.scorer.scoring;

import dev.touchstone.schemas.v1.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid text that wants a reward.
 *
 * @param prompt the conversation, oldest turn first, at least one turn
 * @param completion the text to be rewarded, not empty
 * @param critique what a critic says of it; null where there is none
 * @param withoutCritique one sentence that says why there is no critique; read only where there is none
 * @param wantedVersion the model version that was asked for; null for the one that serves
 */
public record Candidate(
        List<Message> prompt,
        String completion,
        @Nullable SuppliedCritique critique,
        String withoutCritique,
        @Nullable String wantedVersion) {
    /** Copies the list. */
    public Candidate {
        prompt = List.copyOf(prompt);
    }
}
