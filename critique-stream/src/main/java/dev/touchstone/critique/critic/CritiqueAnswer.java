package dev.touchstone.critique.critic;

import java.util.List;

/**
 * A validated critique.
 *
 * @param text prose
 * @param verdicts one per aspect
 * @param identity the critic that gave it
 * @param createdAt when, epoch milliseconds
 */
public record CritiqueAnswer(String text, List<AspectOpinion> verdicts, CriticIdentity identity, long createdAt) {
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
