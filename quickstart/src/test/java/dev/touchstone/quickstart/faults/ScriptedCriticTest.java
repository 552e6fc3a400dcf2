package dev.touchstone.quickstart.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.testkit.llm.Behaviour;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScriptedCriticTest {
    private static final int TEXTS = 2_000;
    private static final Duration LATENCY = Duration.ofMillis(400);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000); // a clock of nanoseconds may overflow
    private final ScriptedCritic critic = new ScriptedCritic(5, LATENCY, now::get);

    @Test
    void shouldCountNoRepetitionWhenEveryTextIsAskedForUntilItIsDone() {
        for (int i = 0; i < TEXTS; i++) {
            askUntilDone(i);
        }
        ScriptedCritic.Counts counts = critic.counts();
        assertThat(counts.texts()).isEqualTo(TEXTS);
        assertThat(counts.repeated()).isZero();
        assertThat(counts.failed()).isBetween(TEXTS / 10L, TEXTS / 7L);
        assertThat(counts.calls()).isEqualTo(TEXTS + counts.failed());
        assertThat(counts.latencySeconds()).isCloseTo(0.4, within(0.02));
    }

    @Test
    void shouldCountARepetitionWhenATextIsAskedForAgain() {
        for (int i = 0; i < 100; i++) {
            askUntilDone(i);
        }
        for (int i = 0; i < 30; i++) {
            ask(i);
        }
        assertThat(critic.counts().repeated()).isEqualTo(30);
    }

    @Test
    void shouldAnswerInTheSameWayWhenTheSeedIsTheSame() {
        ScriptedCritic twin = new ScriptedCritic(5, LATENCY, now::get);
        ScriptedCritic stranger = new ScriptedCritic(6, LATENCY, now::get);
        int different = 0;
        for (int i = 0; i < 200; i++) {
            Behaviour behaviour = ask(i);
            assertThat(twin.answer(message(i))).isEqualTo(behaviour);
            different += stranger.answer(message(i)).equals(behaviour) ? 0 : 1;
        }
        assertThat(different).isGreaterThan(100);
    }

    @Test
    void shouldForgetCallsWhenTheyAreDueOrTheirProcessIsGone() {
        for (int i = 0; i < 100; i++) {
            ask(i);
        }
        assertThat(critic.inFlight()).isBetween(80, 100);
        assertThat(critic.callsOfThisLife()).isEqualTo(100);
        now.addAndGet(LATENCY.toNanos());
        assertThat(critic.inFlight()).isBetween(20, 80);
        critic.newLife();
        assertThat(critic.inFlight()).isZero();
        assertThat(critic.callsOfThisLife()).isZero();
        assertThat(critic.counts().calls()).isEqualTo(100);
    }

    private void askUntilDone(int text) {
        while (true) {
            Behaviour behaviour = ask(text);
            if (behaviour instanceof Behaviour.Answer answer && answer.content().startsWith("{")
                    || behaviour instanceof Behaviour.Status status && status.status() == 413) {
                return;
            }
        }
    }

    private Behaviour ask(int text) {
        return critic.answer(message(text));
    }

    private static String message(int text) {
        return "Criticise this. {\"completion\": \"" + ScriptedCritic.text(text, "So it is.") + "\"}";
    }
}
