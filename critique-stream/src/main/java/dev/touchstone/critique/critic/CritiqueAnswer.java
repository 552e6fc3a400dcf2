package dev.touchstone.critique.critic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A validated critique.
 *
 * @param text prose
 * @param verdicts one per aspect
 * @param identity the critic that gave it
 * @param createdAt when, epoch milliseconds
 * @param promptTokens tokens that were read for it; null where the endpoint does not say
 * @param completionTokens tokens that were written for it; null where the endpoint does not say
 * @param cost in the currency of the prices, an upper estimate where the tokens are null; null where no price is set
 */
public record CritiqueAnswer(
        String text,
        List<AspectOpinion> verdicts,
        CriticIdentity identity,
        long createdAt,
        @Nullable Integer promptTokens,
        @Nullable Integer completionTokens,
        @Nullable Double cost) {
    /**
     * The verdict on one aspect.
     *
     * @param aspect name of the aspect
     * @param opinion the verdict
     */
    public record AspectOpinion(String aspect, Opinion opinion) {}

    /** What a critic may say of an aspect. */
    public enum Opinion {
        /** It is as it should be. */
        GOOD,
        /** In part. */
        MIXED,
        /** It is not. */
        BAD
    }
}
