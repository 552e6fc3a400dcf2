package dev.touchstone.critique.asyncstage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.CallResult.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GovernorTest {
    private static final Spend SMALL = new Spend(10, 0);

    private long now = 1_800_000_000_000L;
    private final Governor governor = governor(Limits.inFlight(100));

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"LIMITED", "TIMED_OUT"})
    void shouldHaveFewerCallsAtOnceAndThenMoreWhenTheOtherSideIsSlowAndThenWell(Fault fault) {
        long begun = begin();
        end(begun, retry(fault, null));
        assertThat(governor.slots()).isEqualTo(70);
        end(begun, retry(fault, null));
        assertThat(governor.slots())
                .as("calls that were out together are one sign")
                .isEqualTo(70);

        end(begin(), retry(fault, null));
        assertThat(governor.slots()).isEqualTo(49);

        for (int i = 0; i < 2_000; i++) {
            end(begin(), success());
        }
        assertThat(governor.slots()).isEqualTo(100);
    }

    @Test
    void shouldNeverGoBelowOneCallAtOnce() {
        for (int i = 0; i < 100; i++) {
            end(begin(), retry(Fault.LIMITED, null));
        }
        assertThat(governor.slots()).isEqualTo(1);
    }

    @Test
    void shouldPauseAltogetherWhenTheOtherSideAsksForIt() {
        end(begin(), retry(Fault.LIMITED, Duration.ofSeconds(30)));
        end(begin(), retry(Fault.LIMITED, Duration.ofSeconds(5)));
        now += 29_000;
        assertThat(isOpen()).isFalse();
        assertThat(governor.health(now)).isEqualTo(CallPool.Health.PAUSED);
        now += 1_001;
        assertThat(isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "LIMITED", mode = EnumSource.Mode.EXCLUDE)
    void shouldBreakAndProbeWhenHalfOfTheCallsFail(Fault fault) {
        for (int i = 0; i < 10; i++) {
            assertThat(isOpen()).isTrue();
            end(begin(), i % 2 == 0 ? success() : retry(fault, null));
        }
        assertThat(isOpen()).isFalse();
        assertThat(governor.health(now)).isEqualTo(CallPool.Health.BREAKER_OPEN);

        now += 1_000;
        long probe = begin();
        assertThat(isOpen()).as("one probe at a time").isFalse();
        end(probe, retry(fault, null));
        now += 1_999;
        assertThat(isOpen()).as("twice as long after a failed probe").isFalse();
        now += 1;
        end(begin(), success());
        assertThat(isOpen()).isTrue();
        assertThat(governor.health(now)).isEqualTo(CallPool.Health.FLOWING);
    }

    @Test
    void shouldNotBreakWhenCallsAreLimited() {
        for (int i = 0; i < 100; i++) {
            end(begin(), retry(Fault.LIMITED, null));
        }
        assertThat(isOpen()).isTrue();
    }

    @Test
    void shouldSendAnotherProbeWhenTheFirstOneWasOnlyLimited() {
        for (int i = 0; i < 10; i++) {
            end(begin(), retry(Fault.BROKEN, null));
        }
        now += 1_000;
        end(begin(), retry(Fault.LIMITED, null));
        assertThat(isOpen()).isTrue();
    }

    @Test
    void shouldNotCloseWhenALateFailureMeetsTheProbe() {
        long late = begin();
        for (int i = 0; i < 10; i++) {
            end(begin(), retry(Fault.BROKEN, null));
        }
        now += 1_000;
        long probe = begin();
        end(late, retry(Fault.BROKEN, null));
        now += 60_000;
        assertThat(isOpen()).as("the probe is still out").isFalse();
        end(probe, success());
        assertThat(isOpen()).isTrue();
    }

    @Test
    void shouldStopForAWhileAndThenLongerWhenEveryCallWouldBeRefused() {
        long together = begin();
        long straggler = begin();
        end(begin(), refusedAccess());
        end(together, refusedAccess());
        now += 59_000;
        assertThat(isOpen()).isFalse();
        assertThat(governor.health(now)).isEqualTo(CallPool.Health.LOCKED_OUT);
        now += 1_001;
        end(straggler, refusedAccess());
        assertThat(isOpen()).as("it was out before the stop, and is no news").isTrue();
        end(begin(), refusedAccess());
        now += 119_000;
        assertThat(isOpen()).isFalse();
        now += 1_001;
        end(begin(), success());
        assertThat(isOpen()).isTrue();
    }

    @Test
    void shouldGoOnWhenOneRequestIsRefused() {
        end(begin(), new CallResult.Permanent<>("HTTP 400.", false, Spend.NONE));
        assertThat(isOpen()).isTrue();
    }

    @Test
    void shouldKeepToItsShareWhenOtherInstancesHaveTasks() {
        Governor quarter = new Governor(Limits.inFlight(100), 4, now);
        assertThat(quarter.slots()).isZero();
        quarter.tasks(1, now);
        assertThat(quarter.slots()).isEqualTo(25);
        quarter.tasks(4, now);
        assertThat(quarter.slots()).isEqualTo(100);
        Governor few = new Governor(Limits.inFlight(2), 4, now);
        few.tasks(1, now);
        assertThat(few.slots()).as("a task is never left without").isEqualTo(1);
    }

    @Test
    void shouldGiveTokensBackThatWereNotUsed() {
        Governor tokens = governor(new Limits(100, 0, 10_000, 0));
        now += 60_000;
        Spend estimate = new Spend(500, 0);
        assertThat(tokens.take(estimate, now)).isTrue();
        assertThat(tokens.take(estimate, now)).isFalse();
        tokens.ended(now, estimate, new CallResult.Success<>("", true, new Spend(5, 0)), now);
        now += 200;
        assertThat(tokens.take(estimate, now)).isTrue();
    }

    private Governor governor(Limits limits) {
        Governor made = new Governor(limits, 1, now);
        made.tasks(1, now);
        return made;
    }

    private boolean isOpen() {
        return governor.isOpen(0, now);
    }

    private long begin() {
        now++;
        assertThat(governor.take(SMALL, now)).isTrue();
        return now;
    }

    private void end(long begun, CallResult<String> result) {
        now++;
        governor.ended(begun, SMALL, result, now);
    }

    private static CallResult<String> retry(Fault fault, Duration after) {
        return new CallResult.Retry<>("No.", fault, after, Spend.NONE);
    }

    private static CallResult<String> success() {
        return new CallResult.Success<>("fine", true, SMALL);
    }

    private static CallResult<String> refusedAccess() {
        return new CallResult.Permanent<>("HTTP 401.", true, Spend.NONE);
    }
}
