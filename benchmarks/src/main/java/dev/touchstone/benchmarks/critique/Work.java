package dev.touchstone.benchmarks.critique;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.JsonSerde;
import java.util.List;

/** What every side is given: requests of a thousand characters, each another one. */
final class Work {
    static final JsonSerde<Ask<CritiqueRequest, String>> ASKS = JsonSerde.of(new TypeReference<>() {});
    static final JsonSerde<Answer<String, CritiqueAnswer>> ANSWERS = JsonSerde.of(new TypeReference<>() {});

    private static final int QUESTION_CHARS = 300;
    private static final int COMPLETION_CHARS = 700;
    private static final String WORDS = "the quick brown fox jumps over the lazy dog and ".repeat(20);

    private Work() {}

    /** Bytes of a request's own text: it is Latin. */
    static int textBytes() {
        return QUESTION_CHARS + COMPLETION_CHARS;
    }

    static String question(int number) {
        return text("Question " + number + ": ", QUESTION_CHARS);
    }

    static String completion(int number) {
        return text("Answer " + number + ": ", COMPLETION_CHARS);
    }

    /**
     * An ask.
     *
     * @param number the request; equal numbers are equal requests
     * @param waiter who asks
     */
    static Ask<CritiqueRequest, String> ask(int number, String waiter, CriticIdentity critic) {
        CritiqueRequest request = new CritiqueRequest(
                List.of(new CritiqueRequest.Turn("user", question(number))), completion(number), critic);
        return new Ask<>(request, waiter, waiter, false);
    }

    private static String text(String beginning, int chars) {
        return (beginning + WORDS).substring(0, chars);
    }
}
