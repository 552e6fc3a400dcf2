package dev.touchstone.testkit.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallLogTest {
    private final CallLog log =
            new CallLog(LlmSettings.DEFAULTS.withPrices("1", "10").withKeptBodies(2));

    @Test
    void shouldFindTheFullestWindowWhenCallsArriveUnevenly() {
        for (int second : new int[] {0, 10, 19, 20, 21, 28, 40}) {
            arrived(second);
        }
        assertThat(log.mostPerWindow(Duration.ofSeconds(10))).isEqualTo(4);
        // A window reaches from its first call until before its end: calls just so far apart are not both in it.
        assertThat(log.mostPerWindow(Duration.ofSeconds(1))).isEqualTo(1);
        assertThat(log.mostPerWindow(Duration.ofMillis(1_001))).isEqualTo(2);
        assertThat(log.mostPerWindow(Duration.ofMinutes(1))).isEqualTo(7);
    }

    @Test
    void shouldCountTokensAndMoneyWhenCallsArePaid() {
        paid(arrived(0), 100, 10);
        paid(arrived(1), 200, 20);
        paid(arrived(2), 0, 0);
        arrived(3);
        paid(arrived(60), 50, 5);
        assertThat(log.mostTokensPerWindow(Duration.ofSeconds(10))).isEqualTo(330);
        assertThat(log.mostTokensPerWindow(Duration.ofSeconds(1))).isEqualTo(220);
        assertThat(log.spentBetween(Chat.START, Chat.START.plusSeconds(1))).isEqualByComparingTo("0.0002");
        assertThat(log.spentBetween(Chat.START.plusSeconds(1), Chat.START.plusSeconds(61)))
                .isEqualByComparingTo("0.0005");
    }

    @Test
    void shouldKeepTheNewestBodiesOnlyWhenManyCallsCome() {
        Call first = arrived(1);
        Call second = arrived(2);
        Call third = arrived(3);
        assertThatThrownBy(first::request)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call 1");
        assertThat(first.contentHash()).isEqualTo(FakeLlm.hash("At 1"));
        assertThat(second.userMessage()).isEqualTo("At 2");
        assertThat(third.userMessage()).isEqualTo("At 3");
    }

    @Test
    void shouldCountWhatIsInFlightWhenCallsEnd() {
        Call first = arrived(1);
        Call second = arrived(1);
        paid(first, 1, 1);
        paid(second, 1, 1);
        arrived(1);
        assertThat(log.inFlight()).isEqualTo(1);
        assertThat(log.mostInFlight()).isEqualTo(2);
        assertThat(log.callCount()).isEqualTo(3);
        assertThat(log.finishedCount()).isEqualTo(2);
    }

    private Call arrived(int second) {
        byte[] body = Chat.request("At " + second).toString().getBytes(StandardCharsets.UTF_8);
        return log.arrived("", Chat.asked(body), body, Chat.START.plusSeconds(second));
    }

    private void paid(Call call, int prompt, int completion) {
        log.ended(
                call,
                new CallEnd(Behaviour.Answer.class, CallEnd.Reason.CARRIED_OUT, call.arrivedAt(), prompt, completion));
    }
}
