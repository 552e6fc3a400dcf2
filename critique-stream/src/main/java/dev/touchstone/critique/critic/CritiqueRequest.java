package dev.touchstone.critique.critic;

import java.util.List;

/**
 * What the critic is asked: one conversation and one completion of it; never the label, never the other side of a pair.
 *
 * @param conversation the turns before the completion, oldest first
 * @param completion the text to be criticised
 * @param identity the critic that was meant when the request was made
 */
public record CritiqueRequest(List<Turn> conversation, String completion, CriticIdentity identity) {
    /**
     * One turn.
     *
     * @param role who speaks
     * @param content what is said
     */
    public record Turn(String role, String content) {}
}
