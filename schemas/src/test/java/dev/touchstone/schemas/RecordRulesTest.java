package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordRulesTest {
    private static final List<Message> PROMPT = List.of(new Message("user", "What is 2 plus 2?"));

    @Test
    void shouldAcceptAPairWhenNothingIsWrong() {
        assertThat(RecordRules.problemOf(pair().build())).isEmpty();
    }

    @Test
    void shouldNameTheProblemWhenAPairBreaksARule() {
        assertThat(problem(pair().setPrompt(List.of()))).contains("no turn");
        assertThat(problem(pair().setPrompt(List.of(new Message("user", " "))))).contains("last turn");
        assertThat(problem(pair().setPrompt(List.of(new Message("hacker", "x")))))
                .contains("role");
        assertThat(problem(pair().setChosen(" "))).contains("chosen completion is empty");
        assertThat(problem(pair().setRejected(""))).contains("rejected completion is empty");
        assertThat(problem(pair().setRejected("4"))).contains("equal");
        assertThat(problem(pair().setMargin(-0.1))).contains("margin");
        assertThat(problem(pair().setMargin(Double.NaN))).contains("margin");
        assertThat(problem(pair().setMargin(Double.POSITIVE_INFINITY))).contains("margin");
        assertThat(problem(pair().setMargin(1e300))).contains("margin");
        assertThat(RecordRules.problemOf(pair().setMargin(100.0).build())).isEmpty();
        assertThat(problem(pair().setStrength(1.5))).contains("strength");
    }

    @Test
    void shouldNameTheProblemWhenACompletionIsEmpty() {
        Completion completion = Completion.newBuilder()
                .setCompletionId(UUID.randomUUID())
                .setPrompt(PROMPT)
                .setCompletion("\n")
                .setCreatedAt(Instant.EPOCH)
                .build();
        assertThat(RecordRules.problemOf(completion)).contains("The completion is empty.");
    }

    private static String problem(PreferencePair.Builder pair) {
        return RecordRules.problemOf(pair.build()).orElse("nothing wrong");
    }

    private static PreferencePair.Builder pair() {
        return PreferencePair.newBuilder()
                .setPairId(UUID.randomUUID())
                .setPrompt(PROMPT)
                .setChosen("4")
                .setRejected("5")
                .setLabelledAt(Instant.EPOCH);
    }
}
