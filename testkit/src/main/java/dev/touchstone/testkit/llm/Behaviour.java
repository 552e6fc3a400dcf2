package dev.touchstone.testkit.llm;

import java.time.Duration;
import java.util.Map;

/** What a {@link FakeLlm} does with a call. The model has worked, and is paid, for those that have a content or a refusal. */
public sealed interface Behaviour {
    /**
     * Answers 200 with a message.
     *
     * @param content content of the assistant's message
     * @param delay how long that takes
     */
    record Answer(String content, Duration delay) implements Behaviour {}

    /**
     * Answers 200 with a message that did not end by itself.
     *
     * @param content content of the assistant's message
     * @param finishReason why it ended, such as {@code content_filter} or {@code length}
     */
    record CutShort(String content, String finishReason) implements Behaviour {}

    /**
     * Answers 200 with a refusal in place of content.
     *
     * @param refusal what the model says instead
     */
    record Refusal(String refusal) implements Behaviour {}

    /**
     * Answers 200 with a message of some length.
     *
     * @param chars length of the content, 1 or more
     */
    record Huge(int chars) implements Behaviour {
        /** @throws IllegalArgumentException if it is too short */
        public Huge {
            FakeLlm.require(chars > 0, "chars is below 1");
        }
    }

    /**
     * Answers 200 with a message, drop by drop.
     *
     * @param content content of the assistant's message
     * @param bytesAtATime size of a drop of the body, 1 or more
     * @param pause time between the head and the first drop, and between drops
     */
    record Slow(String content, int bytesAtATime, Duration pause) implements Behaviour {
        /** @throws IllegalArgumentException if a drop is too small */
        public Slow {
            FakeLlm.require(bytesAtATime > 0, "bytesAtATime is below 1");
        }
    }

    /**
     * Begins to answer 200 with a message, and resets the connection.
     *
     * @param content content of the assistant's message
     * @param afterBytes how much of the body to send, 0 or more; all but the last byte at most
     */
    record ResetMidBody(String content, int afterBytes) implements Behaviour {
        /** @throws IllegalArgumentException if the number of bytes is negative */
        public ResetMidBody {
            FakeLlm.require(afterBytes >= 0, "afterBytes is negative");
        }
    }

    /**
     * Answers 200 with a body that need not be a message, nor JSON.
     *
     * @param contentType the Content-Type
     * @param body the body
     */
    record Raw(String contentType, String body) implements Behaviour {}

    /**
     * Answers with a status and a body as they are.
     *
     * @param status the HTTP status
     * @param headers further headers, such as Retry-After
     * @param body the body, JSON unless a header says otherwise
     */
    record Status(int status, Map<String, String> headers, String body) implements Behaviour {}

    /** Never answers. */
    record Hang() implements Behaviour {}

    /** Resets the connection without an answer. */
    record Reset() implements Behaviour {}

    /**
     * Does something else later.
     *
     * @param delay how much later
     * @param then what to do then
     */
    record After(Duration delay, Behaviour then) implements Behaviour {}
}
