package dev.touchstone.scorer.scoring;

import dev.touchstone.schemas.v1.Message;
import dev.touchstone.scorer.model.ModelInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid text that wants a reward.
 *
 * @param text what is to be rewarded; a conversation holds no critique here
 * @param critique what a critic says of it; null where there is none, as with every text that is templated already
 * @param withoutCritique one sentence that says why there is no critique; read only where there is none
 */
public record Candidate(ModelInput text, @Nullable SuppliedCritique critique, String withoutCritique) {
    /** A conversation; parameters as above and in {@link ModelInput.Conversation}. */
    public static Candidate of(
            List<Message> prompt, String completion, @Nullable SuppliedCritique critique, String withoutCritique) {
        return new Candidate(new ModelInput.Conversation(prompt, completion, null), critique, withoutCritique);
    }
}
