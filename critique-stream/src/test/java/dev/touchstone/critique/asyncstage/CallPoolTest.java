package dev.touchstone.critique.asyncstage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.CallPool.Job;
import dev.touchstone.critique.asyncstage.ScriptedCall.Begun;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallPoolTest {
    private final ScriptedCall<String, String> calls = new ScriptedCall<>();
    private final CallPool<String, String> pool =
            new CallPool<>(calls, Limits.inFlight(4), 1, Runnable::run, Clock.systemUTC());

    @Test
    void shouldRefillAFreeSlotFromWhatWasOfferedWhenACallEnds() {
        CallPool<String, String>.Lane lane = pool.open();
        offer(lane, "a", 4);
        offer(lane, "b", 4);
        lane.dispatch();
        assertThat(calls.calls()).hasSize(4);

        calls.calls().get(2).succeed("fine");

        assertThat(calls.calls()).as("without the task having looked").hasSize(5);
        assertThat(pool.inFlight()).isEqualTo(4);
    }

    @Test
    void shouldShareSlotsWhenOneTaskHasMuchMoreToDo() {
        CallPool<String, String>.Lane greedy = pool.open();
        CallPool<String, String>.Lane modest = pool.open();
        offer(greedy, "greedy", 4);
        greedy.dispatch();
        offer(greedy, "greedy", 4);
        offer(modest, "modest", 4);
        modest.dispatch();

        calls.calls().get(0).succeed("fine");
        calls.calls().get(1).succeed("fine");

        assertThat(running()).containsExactlyInAnyOrder("greedy", "greedy", "modest", "modest");
    }

    @Test
    void shouldGiveAllSlotsToOneTaskWhenTheOthersHaveNothingToDo() {
        pool.open();
        CallPool<String, String>.Lane busy = pool.open();
        offer(busy, "busy", 4);
        busy.dispatch();
        assertThat(running()).hasSize(4);
    }

    @Test
    void shouldNotBeginCallsOfATaskThatIsGone() {
        CallPool<String, String>.Lane lane = pool.open();
        offer(lane, "a", 4);
        lane.dispatch();
        offer(lane, "b", 2);
        lane.close();

        calls.calls().forEach(call -> call.succeed("fine"));

        assertThat(calls.calls()).hasSize(4);
        assertThat(pool.inFlight()).isZero();
    }

    @Test
    void shouldNotCallAgainWhenATaskComesBackBeforeItsCallsEnd() {
        CallPool<String, String>.Lane lane = pool.open();
        offer(lane, "a", 2);
        lane.dispatch();
        lane.close();
        calls.calls().get(0).succeed("ended while nobody waited");

        CallPool<String, String>.Lane back = pool.open();
        offer(back, "a", 2);
        back.dispatch();
        calls.calls().get(1).succeed("ended later");

        assertThat(calls.calls()).hasSize(2);
        assertThat(List.of(back.poll(), back.poll()))
                .extracting(finished -> finished.key() + " " + ((CallResult.Success<String>) finished.result()).value())
                .containsExactly("a0 ended while nobody waited", "a1 ended later");
        assertThat(pool.inFlight()).isZero();
    }

    @Test
    void shouldNotCallTheMoneySpentBeforeTheTaskHasTakenUpEveryResult() {
        ScriptedCall<String, String> dear = new ScriptedCall<>(new Spend(0, 10));
        CallPool<String, String>.Lane lane =
                new CallPool<>(dear, new Limits(4, 0, 0, 15), 1, Runnable::run, Clock.systemUTC()).open();
        offer(lane, "a", 2);
        lane.dispatch();
        dear.last().result().complete(new CallResult.Success<>("fine", true, new Spend(0, 10)));

        assertThat(lane.isBroke()).as("a paid answer lies there").isFalse();
        assertThat(lane.poll()).isNotNull();
        assertThat(lane.isBroke()).isTrue();
    }

    private static void offer(CallPool<String, String>.Lane lane, String request, int times) {
        for (int i = 0; i < times; i++) {
            lane.offer(new Job<>(request + i, request, new Attempt(1, false)));
        }
    }

    private List<String> running() {
        return calls.calls().stream()
                .filter(call -> !call.result().isDone())
                .map(Begun::request)
                .toList();
    }
}
