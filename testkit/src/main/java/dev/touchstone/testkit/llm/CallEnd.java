package dev.touchstone.testkit.llm;

import java.time.Instant;

/**
 * How a call ended.
 *
 * @param behaviour kind of the behaviour that the script chose
 * @param reason whether it was carried out
 * @param at when
 * @param promptTokens tokens to pay for the prompt, 0 if the model did not work
 * @param completionTokens tokens to pay for the answer, 0 if the model did not work
 */
public record CallEnd(
        Class<? extends Behaviour> behaviour, Reason reason, Instant at, int promptTokens, int completionTokens) {
    /** Why a call is over. */
    public enum Reason {
        /** The server did what the script said. */
        CARRIED_OUT,
        /** The client closed the connection before that; the model's work is paid all the same. */
        CLIENT_LEFT,
        /** The server stopped listening before that, and nothing is paid. */
        SERVER_STOPPED
    }
}
