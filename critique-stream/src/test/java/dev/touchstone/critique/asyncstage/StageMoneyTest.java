package dev.touchstone.critique.asyncstage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.StageListener.Event;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Calls are thought to cost 10, and the day has 25. */
class StageMoneyTest {
    private static final Limits LIMITS = new Limits(4, 0, 0, 25);

    private final ScriptedCall<String, String> calls = new ScriptedCall<>(new Spend(0, 10));
    private final StageBed stage = new StageBed(StageBed.SETTINGS, LIMITS, calls);

    @Test
    void shouldBeginNoCallThatTheDayCannotPay() {
        askThree("patient");
        assertThat(calls.calls()).hasSize(2);

        succeed(0, 1);
        assertThat(calls.calls()).as("it was cheaper than thought").hasSize(3);
    }

    @Test
    void shouldLetThePatientWaitForTheNextDayAndTheImpatientGo() {
        askThree("patient");
        stage.ask("c3", "impatient-too");
        stage.ask("d", "impatient-alone");
        succeed(0, 10);
        succeed(1, 10);
        stage.tick();

        assertThat(stage.statuses())
                .containsExactlyInAnyOrder(
                        Outcome.Status.DONE,
                        Outcome.Status.DONE,
                        Outcome.Status.UNAFFORDABLE,
                        Outcome.Status.UNAFFORDABLE);
        assertThat(stage.answers())
                .extracting(answer -> (Object) answer.key())
                .contains("impatient-too", "impatient-alone")
                .doesNotContain("patient2");
        assertThat(stage.events).contains(Event.UNAFFORDABLE);
        assertThat(calls.calls()).hasSize(2);
        assertThat(stage.pending()).isEqualTo(1);

        stage.pass(Duration.ofHours(24));
        assertThat(calls.calls()).hasSize(3);
        calls.last().succeed("fine");
        stage.tick();
        assertThat(stage.answers())
                .extracting(answer -> (Object) answer.key())
                .containsOnlyOnce("impatient-too", "patient2");
    }

    @Test
    void shouldCallOnceWhenWhatWasLeftUnpaidIsAskedForAgain() {
        askThree("impatient");
        succeed(0, 10);
        succeed(1, 10);
        stage.tick();
        stage.ask("c3", "impatient-again");
        stage.ask("c3", "patient");
        stage.tick();
        stage.pass(Duration.ofHours(24));

        assertThat(calls.calls()).hasSize(3);
    }

    @Test
    void shouldNotLetTheImpatientGoWhileARunningCallMayGiveMoneyBack() {
        askThree("impatient");
        stage.tick();
        assertThat(stage.answers()).isEmpty();
        succeed(0, 2);
        stage.tick();
        assertThat(calls.calls()).hasSize(3);
    }

    @Test
    void shouldRememberWhatWasSpentWhenItIsStartedAgain() {
        stage.ask("a", "w1");
        succeed(0, 20);
        stage.tick();

        stage.crash();
        stage.start();
        stage.ask("b", "w2");
        stage.tick();

        assertThat(calls.calls()).hasSize(1);
    }

    @Test
    void shouldCountCallsThatACrashCutOffWhenItIsStartedAgain() {
        stage.ask("a", "w1");
        assertThat(calls.calls()).hasSize(1);

        stage.crash();
        stage.start();
        stage.tick();
        assertThat(calls.calls()).as("once more, and that is 20 of 25").hasSize(2);
        succeed(1, 10);
        stage.tick();
        stage.ask("b", "w2");
        stage.tick();
        assertThat(calls.calls()).hasSize(2);

        stage.crash();
        stage.start();
        stage.tick();
        assertThat(calls.calls()).as("what was cut off is remembered too").hasSize(2);
    }

    @Test
    void shouldBeginTheDayAnewOnlyWithTheDay() {
        askThree("patient");
        succeed(0, 10);
        succeed(1, 10);
        stage.pass(Duration.ofHours(23));
        assertThat(calls.calls()).hasSize(2);
        stage.pass(Duration.ofHours(1));
        assertThat(calls.calls()).hasSize(3);
    }

    private void askThree(String waiter) {
        for (int i = 0; i < 3; i++) {
            stage.ask(i == 2 ? "c3" : "a" + i, waiter + i);
        }
    }

    private void succeed(int call, long cost) {
        calls.calls().get(call).result().complete(new CallResult.Success<>("fine", true, new Spend(0, cost)));
        stage.tick();
    }
}
