package dev.touchstone.critique.topology;

import static dev.touchstone.critique.topology.StreamBed.completion;
import static dev.touchstone.critique.topology.StreamBed.header;
import static dev.touchstone.critique.topology.StreamBed.pair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.PreferencePair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CritiqueTopologyTest {
    private final StreamBed stream = new StreamBed();

    @AfterEach
    void close() {
        stream.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldJoinBothSidesWhenTheyComeInAnyOrder(boolean chosenFirst) {
        PreferencePair pair = pair("q").build();
        stream.send(pair);
        stream.critique(chosenFirst ? "good q" : "bad q");
        assertThat(stream.pairsOut()).isEmpty();
        stream.critique(chosenFirst ? "bad q" : "good q");

        CritiquedPair out = stream.pairsOut().get(0);
        assertThat(out.getPair()).isEqualTo(pair);
        assertThat(out.getChosenCritiques()).singleElement().satisfies(critique -> {
            assertThat(critique.getText()).isEqualTo("On good q");
            assertThat(critique.getCriticModel()).isEqualTo("m");
            assertThat(critique.getPromptVersion()).isEqualTo("critique-v1");
            assertThat(critique.getParameters()).containsEntry("temperature", "0");
            assertThat(critique.getSample()).isZero();
            assertThat(critique.getPromptTokens()).isEqualTo(70);
            assertThat(critique.getCompletionTokens()).isEqualTo(7);
            assertThat(critique.getCost()).isEqualTo(0.5);
        });
        assertThat(out.getRejectedCritiques())
                .singleElement()
                .satisfies(critique -> assertThat(critique.getText()).isEqualTo("On bad q"));
        assertThat(stream.waiting() + stream.rows("collected")).isZero();
    }

    @Test
    void shouldShowTheCriticNothingButPromptAndCompletion() {
        stream.send(pair("q").build());
        assertThat(stream.critic.calls()).hasSize(2).allSatisfy(call -> {
            assertThat(call.request().conversation()).hasSize(1);
            assertThat(call.request().toString()).doesNotContain("chosen").doesNotContain("rejected");
        });
        assertThat(stream.critic.calls().get(0).request().completion()).isEqualTo("good q");
        assertThat(stream.critic.calls().get(1).request().completion()).isEqualTo("bad q");
    }

    @Test
    void shouldLetHeadersRideAlongAndSetCloudEventsAnew() {
        stream.send(pair("q").build());
        stream.critique("good q");
        stream.critique("bad q");

        assertThat(stream.rawPairsOut()).singleElement().satisfies(record -> {
            String id = pair("q").build().getPairId().toString();
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(id);
            assertThat(header(record, "traceparent")).isEqualTo("00-trace");
            assertThat(record.headers().lastHeader("mine").value()).containsExactly(1, 2);
            assertThat(header(record, "ce_id")).isEqualTo(id);
            assertThat(header(record, "ce_type")).isEqualTo("dev.touchstone.critiqued-pair");
            assertThat(header(record, "ce_subject")).isNull();
        });
    }

    @Test
    void shouldCriticiseCompletions() {
        stream.send(completion("q").build());
        stream.critique("answer to q");
        assertThat(stream.completionsOut()).singleElement().satisfies(out -> {
            assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.CRITIQUED);
            assertThat(out.getCritiques()).hasSize(1);
            assertThat(out.getCritiqueReason()).isNull();
        });
        assertThat(stream.waiting()).isZero();
    }

    @Test
    void shouldCallOnceWhenAPairAndACompletionHaveTheSameText() {
        stream.send(pair("q").build());
        stream.send(completion("q").setCompletion("good q").build());
        assertThat(stream.critic.calls()).hasSize(2);

        stream.critique("good q");
        assertThat(stream.completionsOut()).hasSize(1);
        stream.critique("bad q");
        assertThat(stream.pairsOut()).hasSize(1);
        assertThat(stream.sent).containsExactly(Origin.Kind.COMPLETION, Origin.Kind.PAIR);
    }

    @Test
    void shouldMakeOneDeadLetterWithTheOriginalBytesWhenAPairLosesASide() {
        PreferencePair pair = pair("q").build();
        stream.send(pair);
        stream.answer("good q", new CallResult.Permanent<>("The critic answered HTTP 400.", false, Spend.NONE));
        stream.critique("bad q");

        assertThat(stream.deadLetters()).singleElement().satisfies(record -> {
            assertThat(record.value()).isEqualTo(stream.bytes(pair));
            assertThat(new String(record.key(), StandardCharsets.UTF_8))
                    .isEqualTo(pair.getPairId().toString());
            assertThat(header(record, "dead-letter-reason")).isEqualTo("CRITIC_REFUSED");
            assertThat(header(record, "dead-letter-detail")).isEqualTo("The critic answered HTTP 400.");
            assertThat(header(record, "dead-letter-attempts")).isEqualTo("1");
            assertThat(header(record, "dead-letter-topic")).isEqualTo("rm.pairs");
            assertThat(header(record, "dead-letter-partition")).isEqualTo("0");
            assertThat(header(record, "dead-letter-offset")).isEqualTo("0");
            assertThat(header(record, "traceparent")).isEqualTo("00-trace");
            assertThat(record.headers().lastHeader("mine").value()).containsExactly(1, 2);
        });
        assertThat(stream.pairsOut()).isEmpty();
        assertThat(stream.late).isEqualTo(1);
        assertThat(stream.deadLettersHeard).containsExactly(DeadLetterReason.CRITIC_REFUSED);
    }

    @Test
    void shouldMakeOneDeadLetterWhenBothSidesAreLost() {
        stream.send(pair("q").build());
        stream.answer("good q", new CallResult.Permanent<>("No.", false, Spend.NONE));
        stream.answer("bad q", new CallResult.Permanent<>("No.", false, Spend.NONE));
        assertThat(stream.deadLetters()).hasSize(1);
    }

    @Test
    void shouldTakeInADeadPairWhenItIsSentAgain() {
        stream.send(pair("q").build());
        stream.answer("good q", new CallResult.Permanent<>("No.", false, Spend.NONE));
        assertThat(stream.deadLetters()).hasSize(1);

        stream.send(pair("q").build());
        stream.critique("bad q");
        assertThat(stream.pairsOut())
                .as("the old answer does not count for the new record")
                .isEmpty();
        stream.critique("good q");

        assertThat(stream.pairsOut()).hasSize(1);
        assertThat(stream.duplicates).isZero();
    }

    @Test
    void shouldIgnoreAnAnswerForAnEarlierRecordWithTheSameId() {
        stream.send(pair("q").build());
        String id = pair("q").build().getPairId().toString();
        OriginRef earlier = new OriginRef(Origin.Kind.PAIR, id, OriginRef.Side.CHOSEN, 0, 0, 99);
        stream.result(new Answer<>(earlier, new Outcome<>(Outcome.Status.REFUSED, null, "No.", 1)));
        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.late).isEqualTo(1);
    }

    @Test
    void shouldSendACompletionOnWithStatusAndReasonWhenItsCritiqueFails() {
        stream.send(completion("refused").build());
        stream.answer(
                "answer to refused", new CallResult.Permanent<>("The critic answered HTTP 400.", false, Spend.NONE));
        stream.send(completion("garbled").build());
        stream.answer("answer to garbled", new CallResult.Unparsable<>("No JSON.", Spend.NONE));
        stream.answer("answer to garbled", new CallResult.Unparsable<>("No JSON.", Spend.NONE));
        stream.send(completion("hopeless").build());
        for (int i = 0; i < 3; i++) {
            stream.answer(
                    "answer to hopeless",
                    new CallResult.Retry<>("HTTP 500.", CallResult.Fault.BROKEN, null, Spend.NONE));
            stream.pass(Duration.ofSeconds(8));
        }

        assertThat(stream.completionsOut())
                .extracting(out -> out.getCritiqueStatus() + ": " + out.getCritiqueReason())
                .containsExactly(
                        "REFUSED: The critic answered HTTP 400.", "UNPARSABLE: No JSON.", "EXHAUSTED: HTTP 500.");
        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.waiting()).isZero();
    }

    @Test
    void shouldDropTheSameRecordSentAgain() {
        stream.send(pair("q").build());
        stream.send(pair("q")
                .setLabelledAt(StreamBed.START.plusSeconds(5))
                .setSource("again")
                .build());
        stream.critique("good q");
        stream.critique("bad q");
        stream.send(pair("q").build());
        stream.send(completion("c").build());
        stream.send(completion("c").build());

        assertThat(stream.pairsOut()).hasSize(1);
        assertThat(stream.duplicates).isEqualTo(3);
        assertThat(stream.critic.calls()).hasSize(3);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void shouldRefuseTheSameIdWithOtherContent() {
        stream.send(pair("q").build());
        PreferencePair other = pair("q").setChosen("something else").build();
        stream.send(other);
        stream.send(completion("q").build());

        assertThat(stream.deadLetters()).singleElement().satisfies(record -> {
            assertThat(header(record, "dead-letter-reason")).isEqualTo("ID_CONFLICT");
            assertThat(record.value()).isEqualTo(stream.bytes(other));
        });
        assertThat(stream.critic.calls())
                .as("a completion may have the id of a pair")
                .hasSize(3);
    }

    @Test
    void shouldForgetAnIdWhenItsRetentionIsOver() {
        stream.send(completion("q").build());
        stream.critique("answer to q");
        stream.pass(Duration.ofDays(8));
        stream.send(completion("q").build());
        assertThat(stream.duplicates).isZero();
    }

    @Test
    void shouldRefuseWhatCannotBeReadOnEachTopic() {
        byte[] bytes = {77, 1, 2, 3};
        byte[] completionBytes = stream.bytes(completion("q").build());
        stream.send("rm.pairs", null, bytes);
        stream.send("rm.completions", new byte[] {5}, bytes);
        stream.send("rm.pairs", null, completionBytes);
        stream.send("rm.completions", null, null);

        assertThat(stream.deadLetters())
                .hasSize(4)
                .allSatisfy(record ->
                        assertThat(header(record, "dead-letter-reason")).isEqualTo("UNDECODABLE"))
                .extracting(record -> record.value())
                .containsExactly(bytes, bytes, completionBytes, null);

        stream.send(completion("q").build());
        stream.critique("answer to q");
        assertThat(stream.completionsOut()).as("the stream goes on").hasSize(1);
    }

    @Test
    void shouldRefuseWhatBreaksARule() {
        stream.send(pair("q").setRejected("good q").build());
        stream.send(completion("q").setCompletion("  ").build());
        assertThat(stream.deadLetters())
                .extracting(
                        record -> header(record, "dead-letter-reason") + ": " + header(record, "dead-letter-detail"))
                .containsExactly(
                        "INVALID: The chosen and the rejected completion are equal.",
                        "INVALID: The completion is empty.");
        assertThat(stream.critic.calls()).isEmpty();
    }

    @Test
    void shouldRefuseWhatIsTooLarge() {
        Completion huge = completion("q").setCompletion("x".repeat(1 << 20)).build();
        stream.send(huge);
        assertThat(stream.deadLetters()).singleElement().satisfies(record -> {
            assertThat(header(record, "dead-letter-reason")).isEqualTo("OVERSIZED");
            assertThat(record.value()).isEqualTo(stream.bytes(huge));
        });
    }

    @Test
    void shouldRefuseWhatBecomesTooLargeWithItsCritiques() {
        try (StreamBed small = new StreamBed(262_144, 2_000, 1_000, 1)) {
            small.send(pair("q").build());
            CritiqueAnswer wordy =
                    new CritiqueAnswer("x".repeat(1_500), List.of(), StreamBed.CRITIC, 0, null, null, null);
            small.answer("good q", new CallResult.Success<>(wordy, true, Spend.NONE));
            small.answer("bad q", new CallResult.Success<>(wordy, true, Spend.NONE));
            assertThat(small.deadLetters())
                    .singleElement()
                    .satisfies(record ->
                            assertThat(header(record, "dead-letter-reason")).isEqualTo("OVERSIZED"));
            assertThat(small.pairsOut()).isEmpty();
        }
    }

    @Test
    void shouldSendACompletionOnWhenItsDeadlinePasses() {
        stream.send(completion("q").setDeadline(StreamBed.START.plusSeconds(3)).build());
        stream.pass(Duration.ofSeconds(2));
        assertThat(stream.completionsOut()).isEmpty();
        stream.pass(Duration.ofSeconds(2));
        assertThat(stream.completionsOut())
                .singleElement()
                .satisfies(out -> assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.TOO_LATE));
        assertThat(stream.waiting() + stream.rows("deadlines")).isZero();

        stream.critique("answer to q");
        assertThat(stream.completionsOut()).as("exactly once").isEmpty();
        assertThat(stream.late).isEqualTo(1);

        stream.send(completion("again")
                .setPrompt(completion("q").build().getPrompt())
                .setCompletion("answer to q")
                .build());
        assertThat(stream.completionsOut())
                .as("the late critique is in the cache")
                .singleElement()
                .satisfies(out -> assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.CRITIQUED));
    }

    @Test
    void shouldNotCallWhenTheDeadlineHasPassedAlready() {
        stream.send(completion("q").setDeadline(StreamBed.START.minusSeconds(1)).build());
        assertThat(stream.completionsOut())
                .singleElement()
                .satisfies(out -> assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.TOO_LATE));
        assertThat(stream.critic.calls()).isEmpty();
    }

    @Test
    void shouldForgetTheDeadlineWhenTheCritiqueIsInTime() {
        stream.send(completion("q").setDeadline(StreamBed.START.plusSeconds(60)).build());
        stream.critique("answer to q");
        assertThat(stream.completionsOut()).hasSize(1);
        stream.pass(Duration.ofSeconds(90));
        assertThat(stream.completionsOut()).isEmpty();
        assertThat(stream.rows("deadlines")).isZero();
    }

    @Test
    void shouldShutTheInputWhileTooMuchWaits() {
        try (StreamBed narrow = new StreamBed(262_144, 4 << 20, 2, 1)) {
            TopicPartition pairs = new TopicPartition("rm.pairs", 0);
            TopicPartition completions = new TopicPartition("rm.completions", 0);
            narrow.send(completion("a").build());
            narrow.send(completion("b").build());
            assertThat(narrow.valve.isShut(completions)).isFalse();
            narrow.send(completion("c").build());
            assertThat(narrow.valve.isShut(completions)).isTrue();
            assertThat(narrow.valve.isShut(pairs))
                    .as("pairs do not wait behind completions")
                    .isFalse();

            narrow.critique("answer to a");
            narrow.tick();
            assertThat(narrow.valve.isShut(completions)).isFalse();
            assertThat(narrow.valve.isShut(pairs)).isFalse();
        }
    }
}
