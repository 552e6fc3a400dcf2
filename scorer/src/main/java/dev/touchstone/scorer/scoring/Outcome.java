package dev.touchstone.scorer.scoring;

import dev.touchstone.schemas.v1.RewardStatus;
import org.jspecify.annotations.Nullable;

/**
 * How scoring one text ended.
 *
 * @param status read it before the values
 * @param logit the model's raw output; null if there is none, never a made-up number
 * @param value the normalised logit; null without a logit, or where the model's mean and deviation are unknown
 * @param reason one sentence; null if there is nothing to say
 * @param critiqueRead whether the model read the critique that was supplied
 */
public record Outcome(
        RewardStatus status,
        @Nullable Double logit,
        @Nullable Double value,
        @Nullable String reason,
        boolean critiqueRead) {

    /** A text that was not scored. */
    public static Outcome unscored(RewardStatus status, String reason) {
        return new Outcome(status, null, null, reason, false);
    }
}
