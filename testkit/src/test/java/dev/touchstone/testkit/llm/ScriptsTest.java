package dev.touchstone.testkit.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.testkit.llm.RateLimit.RetryAfter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The scripts around a script, and latencies, on calls that never were. */
class ScriptsTest {
    private static final int CALLS = 5_000;
    private static final Function<FakeLlm.Call, Behaviour> ANSWER = call -> FakeLlm.answer("No. " + call.number());

    @Test
    void shouldDoTheSameFaultsWhenTheSeedIsTheSame() {
        RandomFaults faults = everyFault(7);
        List<Behaviour> inOrder = behaviours(faults);
        assertThat(behaviours(everyFault(7))).isEqualTo(inOrder);
        assertThat(behaviours(everyFault(8))).isNotEqualTo(inOrder);
        assertThat(behaviours(everyFault(8).with(Fault.SERVER_ERRORS, 0)))
                .isNotEqualTo(behaviours(everyFault(7).with(Fault.SERVER_ERRORS, 0)));
        List<Behaviour> inParallel = IntStream.rangeClosed(1, CALLS)
                .parallel()
                .mapToObj(number -> faults.apply(Chat.call(number)))
                .toList();
        assertThat(inParallel).isEqualTo(inOrder);
    }

    @Test
    void shouldDoEachFaultAtItsRateWhenTheyAreMixed() {
        Map<Class<?>, Integer> counts = new HashMap<>();
        behaviours(everyFault(7).with(Fault.SERVER_ERRORS, 0))
                .forEach(behaviour -> counts.merge(behaviour.getClass(), 1, Integer::sum));
        // 100 each at 2 %: three standard deviations are 30. Two faults each are a status, or a body that is no answer.
        for (Class<?> kind : List.of(
                Behaviour.Hang.class,
                Behaviour.Slow.class,
                Behaviour.Reset.class,
                Behaviour.ResetMidBody.class,
                Behaviour.Refusal.class,
                Behaviour.CutShort.class,
                Behaviour.Huge.class)) {
            assertThat(counts.get(kind)).as(kind.getSimpleName()).isCloseTo(100, within(30));
        }
        assertThat(counts.get(Behaviour.Status.class)).isCloseTo(200, within(42));
        assertThat(counts.get(Behaviour.Raw.class)).isCloseTo(200, within(42));
        assertThat(behaviours(RandomFaults.in(ANSWER, 7))).allMatch(Behaviour.Answer.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void shouldNeverAnswerWhenAFaultIsCertain(Fault fault) {
        assertThat(behaviours(RandomFaults.in(ANSWER, 1).with(fault, 1))).noneMatch(Behaviour.Answer.class::isInstance);
    }

    @Test
    void shouldFailSeveralCallsInARowWhenServerErrorsBurst() {
        List<Behaviour> behaviours = behaviours(
                RandomFaults.in(ANSWER, 3).with(Fault.SERVER_ERRORS, 0.005).withBurst(8));
        int failed = 0;
        int run = 0;
        for (Behaviour behaviour : behaviours) {
            if (behaviour instanceof Behaviour.Status status) {
                assertThat(status.status()).isBetween(500, 504);
                failed++;
                run++;
            } else {
                assertThat(run == 0 || run >= 8).as("a burst of %d", run).isTrue();
                run = 0;
            }
        }
        // Some 25 bursts of 8; overlaps count once.
        assertThat(failed).isBetween(100, 320);
    }

    @Test
    void shouldRefuseRatesWhenTheyMakeNoSense() {
        RandomFaults faults = RandomFaults.in(ANSWER, 1).with(Fault.HANG, 0.6);
        assertThatThrownBy(() -> faults.with(Fault.RESET, 0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> faults.with(Fault.RESET, -0.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> faults.withBurst(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldTakeTimesOfTheDistributionWhenCallsAreMany() {
        List<Long> uniform = millis(Latency.uniform(Duration.ofMillis(100), Duration.ofMillis(300), 1));
        assertThat(uniform.get(0)).isBetween(100L, 105L);
        assertThat(uniform.get(CALLS / 2)).isBetween(190L, 210L);
        assertThat(uniform.get(CALLS - 1)).isBetween(295L, 300L);

        List<Long> logNormal = millis(Latency.logNormal(Duration.ofSeconds(1), Duration.ofSeconds(8), 1));
        assertThat(logNormal.get(CALLS / 2)).isBetween(950L, 1_050L);
        assertThat(logNormal.get(CALLS * 99 / 100)).isBetween(7_000L, 9_000L);

        assertThat(millis(Latency.fixed(Duration.ofMillis(5)))).containsOnly(5L);
        Latency seeded = Latency.uniform(Duration.ZERO, Duration.ofHours(1), 1);
        assertThat(seeded.of(Chat.call(9))).isEqualTo(seeded.of(Chat.call(9)));
        assertThat(seeded.of(Chat.call(9))).isNotEqualTo(seeded.of(Chat.call(10)));
    }

    @Test
    void shouldRefuseCallsWhenTheWindowIsFull() {
        RateLimit limit = new RateLimit(2, Duration.ofSeconds(10), RetryAfter.SECONDS, ANSWER);
        assertThat(limit.apply(at(1, 0))).isInstanceOf(Behaviour.Answer.class);
        assertThat(limit.apply(at(2, 4_000))).isInstanceOf(Behaviour.Answer.class);
        assertThat(retryAfter(limit.apply(at(3, 5_000)))).isEqualTo("5");
        assertThat(retryAfter(limit.apply(at(4, 9_999)))).isEqualTo("1");
        assertThat(limit.apply(at(5, 10_000))).isInstanceOf(Behaviour.Answer.class);
        assertThat(retryAfter(limit.apply(at(6, 10_000)))).isEqualTo("4");
        assertThat(limit.apply(at(7, 14_000))).isInstanceOf(Behaviour.Answer.class);
    }

    @Test
    void shouldSayWhenToComeAgainWhenItIsToSaySoByADateOrNotAtAll() {
        RateLimit date = new RateLimit(1, Duration.ofMinutes(1), RetryAfter.DATE, ANSWER);
        assertThat(date.apply(at(1, 500))).isInstanceOf(Behaviour.Answer.class);
        // 03:05:05.5, rounded up.
        assertThat(retryAfter(date.apply(at(2, 600)))).isEqualTo("Fri, 02 Jan 2026 03:05:06 GMT");

        RateLimit none = new RateLimit(1, Duration.ofMinutes(1), RetryAfter.NONE, ANSWER);
        assertThat(none.apply(at(1, 0))).isInstanceOf(Behaviour.Answer.class);
        assertThat(retryAfter(none.apply(at(2, 0)))).isNull();
    }

    @Test
    void shouldRefuseAFormatWhenTheEndpointDoesNotHaveIt() {
        RefusedFormats script = new RefusedFormats(Set.of("json_schema"), ANSWER);
        ObjectNode request = Chat.request("x");
        assertThat(script.apply(Chat.call(1, Duration.ZERO, request))).isInstanceOf(Behaviour.Answer.class);
        request.putObject("response_format").put("type", "json_object");
        assertThat(script.apply(Chat.call(2, Duration.ZERO, request))).isInstanceOf(Behaviour.Answer.class);
        request.putObject("response_format").put("type", "json_schema");
        assertThat(script.apply(Chat.call(3, Duration.ZERO, request)))
                .isInstanceOfSatisfying(Behaviour.Status.class, status -> {
                    assertThat(status.status()).isEqualTo(400);
                    assertThat(status.body()).contains("response_format");
                });
    }

    private static RandomFaults everyFault(long seed) {
        RandomFaults faults = RandomFaults.in(ANSWER, seed);
        for (Fault fault : Fault.values()) {
            faults = faults.with(fault, 0.02);
        }
        return faults;
    }

    private static List<Behaviour> behaviours(RandomFaults faults) {
        List<Behaviour> behaviours = new ArrayList<>();
        for (int number = 1; number <= CALLS; number++) {
            behaviours.add(faults.apply(Chat.call(number)));
        }
        return behaviours;
    }

    private static List<Long> millis(Latency latency) {
        return IntStream.rangeClosed(1, CALLS)
                .mapToObj(number -> latency.of(Chat.call(number)).toMillis())
                .sorted()
                .toList();
    }

    private static FakeLlm.Call at(int number, int millis) {
        return Chat.call(number, Duration.ofMillis(millis), Chat.request("x"));
    }

    private static String retryAfter(Behaviour behaviour) {
        assertThat(behaviour).isInstanceOf(Behaviour.Status.class);
        Behaviour.Status status = (Behaviour.Status) behaviour;
        assertThat(status.status()).isEqualTo(429);
        return status.headers().get("Retry-After");
    }
}
