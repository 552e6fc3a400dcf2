package dev.touchstone.critique.topology;

import static dev.touchstone.critique.topology.StreamBed.completion;
import static dev.touchstone.critique.topology.StreamBed.header;
import static dev.touchstone.critique.topology.StreamBed.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several critiques per text. */
class SamplesTest {
    private final StreamBed stream = new StreamBed(3);

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void shouldWaitForEverySampleAndOrderThemByNumber() {
        stream.send(completion("q").build());
        assertThat(stream.critic.calls()).hasSize(3);
        stream.answer("answer to q", 2, critique("c"));
        stream.answer("answer to q", 1, critique("b"));
        assertThat(stream.completionsOut()).isEmpty();
        stream.answer("answer to q", 0, critique("a"));

        assertThat(stream.completionsOut())
                .singleElement()
                .satisfies(out -> assertThat(out.getCritiques())
                        .extracting(Critique::getSample, Critique::getText)
                        .containsExactly(tuple(0, "On a"), tuple(1, "On b"), tuple(2, "On c")));
        assertNothingIsKept();
    }

    @Test
    void shouldTakeTheSamplesThatSucceeded() {
        stream.send(completion("q").build());
        stream.answer("answer to q", 0, refusal("No."));
        stream.answer("answer to q", 0, critique("b"));
        stream.answer("answer to q", 0, refusal("No."));
        assertThat(stream.completionsOut()).singleElement().satisfies(out -> {
            assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.CRITIQUED);
            assertThat(out.getCritiques()).extracting(Critique::getSample).containsExactly(1);
        });
        assertNothingIsKept();
    }

    @Test
    void shouldSayWhyTheFirstSampleFailedWhenNoneSucceeded() {
        stream.send(completion("q").build());
        stream.answer("answer to q", 2, refusal("Third."));
        stream.answer("answer to q", 1, refusal("Second."));
        stream.answer("answer to q", 0, refusal("First."));
        assertThat(stream.completionsOut()).singleElement().satisfies(out -> {
            assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.REFUSED);
            assertThat(out.getCritiqueReason()).isEqualTo("First.");
            assertThat(out.getCritiques()).isEmpty();
        });
    }

    @Test
    void shouldJoinAPairWhenAllSamplesOfBothSidesHaveEnded() {
        stream.send(pair("q").build());
        assertThat(stream.critic.calls()).hasSize(6);
        for (int i = 0; i < 3; i++) {
            stream.critique("bad q");
        }
        stream.critique("good q");
        stream.answer("good q", 0, refusal("No."));
        assertThat(stream.pairsOut()).isEmpty();
        stream.critique("good q");

        assertThat(stream.pairsOut()).singleElement().satisfies(out -> {
            assertThat(out.getChosenCritiques()).extracting(Critique::getSample).containsExactly(0, 2);
            assertThat(out.getChosenCritiques()).extracting(Critique::getText).containsOnly("On good q");
            assertThat(out.getRejectedCritiques())
                    .extracting(Critique::getSample)
                    .containsExactly(0, 1, 2);
        });
        assertThat(stream.deadLetters()).isEmpty();
        assertNothingIsKept();
    }

    @Test
    void shouldMakeOneDeadLetterWhenEverySampleOfASideFailed() {
        stream.send(pair("q").build());
        stream.critique("bad q");
        for (int i = 0; i < 3; i++) {
            assertThat(stream.deadLetters()).isEmpty();
            stream.answer("good q", 0, refusal("No."));
        }
        assertThat(stream.deadLetters())
                .singleElement()
                .satisfies(record ->
                        assertThat(header(record, "dead-letter-reason")).isEqualTo("CRITIC_REFUSED"));
        stream.critique("bad q");
        stream.critique("bad q");
        assertThat(stream.late).isEqualTo(2);
        assertThat(stream.pairsOut()).isEmpty();
        assertThat(stream.deadLetters()).isEmpty();
        assertNothingIsKept();
    }

    @Test
    void shouldGoWithTheSamplesThatWereInTimeWhenTheDeadlinePasses() {
        stream.send(completion("q").setDeadline(StreamBed.START.plusSeconds(3)).build());
        stream.answer("answer to q", 1, critique("b"));
        stream.pass(Duration.ofSeconds(4));
        assertThat(stream.completionsOut()).singleElement().satisfies(out -> {
            assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.CRITIQUED);
            assertThat(out.getCritiques()).extracting(Critique::getSample).containsExactly(1);
        });
        stream.critique("answer to q");
        assertThat(stream.late).isEqualTo(1);
        assertThat(stream.completionsOut()).isEmpty();
        assertNothingIsKept();
    }

    @Test
    void shouldServeEverySampleOfAnEqualTextFromTheCache() {
        stream.send(completion("q").build());
        stream.answer("answer to q", 0, critique("a"));
        stream.answer("answer to q", 0, critique("b"));
        stream.answer("answer to q", 0, critique("c"));
        assertThat(stream.completionsOut()).hasSize(1);

        stream.send(completion("another")
                .setPrompt(completion("q").build().getPrompt())
                .setCompletion("answer to q")
                .build());
        assertThat(stream.critic.calls()).hasSize(3);
        assertThat(stream.completionsOut())
                .singleElement()
                .satisfies(out -> assertThat(out.getCritiques())
                        .extracting(Critique::getText)
                        .containsExactly("On a", "On b", "On c"));
    }

    private void assertNothingIsKept() {
        assertThat(stream.waiting() + stream.rows("collected") + stream.rows("deadlines"))
                .isZero();
    }

    private static CallResult<CritiqueAnswer> critique(String what) {
        return new CallResult.Success<>(StreamBed.critiqueOf(what), true, Spend.NONE);
    }

    private static CallResult<CritiqueAnswer> refusal(String reason) {
        return new CallResult.Permanent<>(reason, false, Spend.NONE);
    }
}
