package dev.touchstone.critique.asyncstage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.ScriptedCall.Begun;
import dev.touchstone.critique.asyncstage.StageListener.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AsyncStageTest {
    private final ScriptedCall<String, String> calls = new ScriptedCall<>();
    private final StageBed stage = new StageBed(StageBed.SETTINGS, calls);

    @Test
    void shouldAnswerWithTimestampAndHeadersOfTheAskWhenTheCallSucceeds() {
        stage.ask("a", "w1", 42, "trace");
        assertThat(stage.answers()).isEmpty();

        calls.last().succeed("fine");
        stage.tick();

        assertThat(stage.answers()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("w1");
            assertThat(record.timestamp()).isEqualTo(42);
            assertThat(new String(record.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
                    .isEqualTo("trace");
            assertThat(record.value().waiter()).isEqualTo("of-w1");
            assertThat(record.value().outcome().value()).isEqualTo("fine");
            assertThat(record.value().outcome().attempts()).isEqualTo(1);
        });
        assertThat(stage.pending()).isZero();
    }

    @Test
    void shouldCallOnceWhenManyAskTheSame() {
        for (int i = 0; i < 1_000; i++) {
            stage.ask("same", "w" + i);
        }
        assertThat(calls.calls()).hasSize(1);

        calls.last().succeed("fine");
        stage.tick();

        assertThat(stage.answers()).hasSize(1_000).extracting(r -> r.key()).doesNotHaveDuplicates();
        assertThat(stage.events).contains(Event.COALESCED);
    }

    @Test
    void shouldNotMixWaitersWhenOneHashIsThePrefixOfAnother() {
        stage.ask("a", "w1");
        stage.ask("ab", "w2");

        calls.calls().get(0).succeed("one");
        stage.tick();

        assertThat(stage.answers()).extracting(r -> r.key()).asList().containsExactly("w1");
    }

    @Test
    void shouldAnswerAtOnceWhenTheAnswerIsKnown() {
        stage.ask("a", "w1");
        calls.last().succeed("fine");
        stage.tick();

        stage.ask("a", "w2");

        assertThat(calls.calls()).hasSize(1);
        assertThat(stage.answers()).hasSize(2);
        assertThat(stage.events).containsExactly(Event.SUCCEEDED, Event.CACHED);
    }

    @Test
    void shouldCallAgainWhenTheKnownAnswerHasExpired() {
        stage.ask("a", "w1");
        calls.last().succeed("fine");
        stage.tick();

        stage.pass(Duration.ofDays(2));
        stage.ask("a", "w2");

        assertThat(calls.calls()).hasSize(2);
    }

    @Test
    void shouldCallAgainWhenTheAnswerMayNotBeKept() {
        stage.ask("a", "w1");
        calls.last().result().complete(new CallResult.Success<>("fine", false, Spend.NONE));
        stage.tick();

        stage.ask("a", "w2");

        assertThat(calls.calls()).hasSize(2);
    }

    @Test
    void shouldWaitAsLongAsToldWhenRetryAfterIsGiven() {
        stage.ask("a", "w1");
        calls.last()
                .result()
                .complete(
                        new CallResult.Retry<>("Later.", CallResult.Fault.LIMITED, Duration.ofSeconds(30), Spend.NONE));
        stage.tick();

        stage.pass(Duration.ofSeconds(29));
        assertThat(calls.calls()).hasSize(1);
        stage.pass(Duration.ofSeconds(2));
        assertThat(calls.calls()).hasSize(2);
        assertThat(calls.last().attempt().number()).isEqualTo(2);
    }

    @Test
    void shouldGiveUpWhenTheLastAttemptFails() {
        stage.ask("a", "w1");
        for (int i = 0; i < 3; i++) {
            assertThat(calls.calls()).hasSize(i + 1);
            fail(new CallResult.Retry<>("HTTP 500.", CallResult.Fault.BROKEN, null, Spend.NONE));
            stage.pass(Duration.ofSeconds(8));
        }

        assertThat(stage.statuses()).containsExactly(Outcome.Status.EXHAUSTED);
        assertThat(stage.answers().get(0).value().outcome().reason()).isEqualTo("HTTP 500.");
        assertThat(stage.answers().get(0).value().outcome().attempts()).isEqualTo(3);
        assertThat(calls.calls()).hasSize(3);
    }

    @Test
    void shouldGoOnTryingWhenFailuresAreBlamelessUntilTheRequestIsTooOld() {
        stage.ask("a", "w1");
        for (int i = 0; i < 50; i++) {
            fail(new CallResult.Retry<>("HTTP 429.", CallResult.Fault.LIMITED, Duration.ofSeconds(60), Spend.NONE));
            stage.pass(Duration.ofSeconds(61));
        }
        assertThat(stage.answers()).isEmpty();

        stage.pass(Duration.ofMinutes(20));
        fail(new CallResult.Retry<>("HTTP 429.", CallResult.Fault.LIMITED, null, Spend.NONE));
        assertThat(stage.statuses()).containsExactly(Outcome.Status.EXHAUSTED);
    }

    @Test
    void shouldAskForARepairOnceWhenTheAnswerCannotBeRead() {
        stage.ask("a", "w1");
        fail(new CallResult.Unparsable<>("No JSON.", Spend.NONE));
        stage.tick();
        assertThat(calls.last().attempt()).isEqualTo(new Attempt(2, true));

        fail(new CallResult.Unparsable<>("No JSON.", Spend.NONE));

        assertThat(stage.statuses()).containsExactly(Outcome.Status.UNPARSABLE);
        assertThat(calls.calls()).hasSize(2);
    }

    @Test
    void shouldEndAtOnceWhenRefused() {
        stage.ask("a", "w1");
        fail(new CallResult.Permanent<>("HTTP 400.", false, Spend.NONE));

        assertThat(stage.statuses()).containsExactly(Outcome.Status.REFUSED);
        assertThat(stage.ticks()).isFalse();
    }

    @Test
    void shouldIgnoreTheResultOfAnOlderAttempt() {
        stage.ask("a", "w1");
        Begun<String, String> slow = calls.last();
        stage.pass(Duration.ofSeconds(61));
        stage.pass(Duration.ofSeconds(8));
        assertThat(calls.calls())
                .as("the overdue attempt is taken over by a second one")
                .hasSize(2);
        assertThat(stage.inFlight()).isEqualTo(1);

        slow.succeed("from the first attempt");
        stage.tick();
        assertThat(stage.answers()).isEmpty();
        assertThat(stage.events).contains(Event.FENCED);

        calls.last().succeed("from the second attempt");
        stage.tick();
        assertThat(stage.answers())
                .singleElement()
                .satisfies(
                        record -> assertThat(record.value().outcome().value()).isEqualTo("from the second attempt"));
        assertThat(stage.inFlight()).isZero();
    }

    @Test
    void shouldCallAgainForWhatWasPendingWhenTheTaskRestarts() {
        stage.ask("a", "w1");
        stage.ask("a", "w2");
        stage.ask("b", "w3");
        fail(new CallResult.Retry<>("HTTP 500.", CallResult.Fault.BROKEN, Duration.ofSeconds(20), Spend.NONE));
        Begun<String, String> lost = calls.calls().get(0);
        stage.crash();

        stage.start();
        assertThat(stage.ticks()).isTrue();
        assertThat(stage.pending()).isEqualTo(2);
        stage.tick();
        assertThat(calls.calls()).as("b waits for its time").hasSize(3);
        assertThat(calls.last().request()).isEqualTo("a");

        lost.succeed("lost with the crash");
        calls.last().succeed("called again");
        stage.tick();
        assertThat(stage.answers())
                .extracting(r -> r.key() + ": " + r.value().outcome().value())
                .containsExactlyInAnyOrder("w1: called again", "w2: called again");

        stage.pass(Duration.ofSeconds(20));
        assertThat(calls.last().request()).isEqualTo("b");
        assertThat(calls.last().attempt().number()).isEqualTo(2);
    }

    @Test
    void shouldTickOnlyWhenSomethingIsPending() {
        assertThat(stage.ticks()).isFalse();
        stage.ask("a", "w1");
        assertThat(stage.ticks()).isTrue();
        calls.last().succeed("fine");
        stage.tick();
        assertThat(stage.ticks()).isFalse();
        stage.ask("b", "w1");
        assertThat(stage.ticks()).isTrue();
    }

    @Test
    void shouldNotCallAgainWhenTheTaskComesBackToTheSameInstance() {
        stage.ask("a", "w1");
        stage.leave();
        stage.start();
        stage.tick();
        calls.last().succeed("fine");
        stage.tick();

        assertThat(calls.calls()).hasSize(1);
        assertThat(stage.statuses()).containsExactly(Outcome.Status.DONE);
    }

    @Test
    void shouldTryAgainWhenACallBreaks() {
        List<AsyncCall<String, String>> broken = List.of(
                (request, attempt) -> {
                    throw new IllegalStateException("broken");
                },
                (request, attempt) -> {
                    throw new StackOverflowError();
                },
                (request, attempt) -> null,
                (request, attempt) -> CompletableFuture.completedFuture(null),
                (request, attempt) -> CompletableFuture.failedFuture(new AssertionError("broken")));
        for (AsyncCall<String, String> call : broken) {
            StageBed bed = new StageBed(StageBed.SETTINGS, call);
            bed.ask("a", "w1");
            for (int i = 0; i < 5; i++) {
                bed.pass(Duration.ofSeconds(8));
            }
            assertThat(bed.statuses()).containsExactly(Outcome.Status.EXHAUSTED);
            assertThat(bed.inFlight()).isZero();
        }
    }

    @Test
    void shouldShutTheInputWhileTooMuchIsPending() {
        StageSettings two = new StageSettings(
                2,
                3,
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                Duration.ofSeconds(8),
                Duration.ofMillis(100),
                Duration.ofDays(1),
                1_000);
        StageBed bed = new StageBed(two, calls);
        bed.ask("a", "w1");
        bed.ask("b", "w2");
        assertThat(bed.valve.isShut(StageBed.INPUT)).isFalse();

        bed.ask("c", "w3");
        assertThat(bed.valve.isShut(StageBed.INPUT)).isTrue();
        bed.tick();
        assertThat(bed.valve.isShut(StageBed.INPUT)).isTrue();

        calls.calls().get(0).succeed("fine");
        bed.tick();
        assertThat(bed.valve.isShut(StageBed.INPUT)).isFalse();

        bed.ask("d", "w4");
        bed.crash();
        assertThat(bed.valve.isShut(StageBed.INPUT))
                .as("a task that is gone shuts nothing")
                .isFalse();
    }

    private void fail(CallResult<String> result) {
        calls.last().result().complete(result);
        stage.tick();
    }
}
