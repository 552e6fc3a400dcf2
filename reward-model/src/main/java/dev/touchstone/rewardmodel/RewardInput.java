package dev.touchstone.rewardmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reward is asked for.
 *
 * @param prompt the conversation so far, oldest turn first; may be empty
 * @param completion the answer that is judged
 * @param critique what a critic said about the answer; null when there is none
 */
public record RewardInput(
        List<Turn> prompt, String completion, @Nullable String critique) {

    public RewardInput {
        prompt = List.copyOf(prompt);
    }

    /** The same prompt and completion with no critique. */
    public RewardInput withoutCritique() {
        return new RewardInput(prompt, completion, null);
    }
}
