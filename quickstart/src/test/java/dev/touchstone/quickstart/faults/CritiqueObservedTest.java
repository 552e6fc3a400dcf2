package dev.touchstone.quickstart.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.verify.Problem;
import dev.touchstone.testkit.verify.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CritiqueObservedTest {
    private static final FaultPlan PLAN = new FaultPlan(2, 1, 10, 10, 8, Duration.ofMillis(500), 0);
    private static final Verdict GOOD = new Verdict(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    private static final Verdict BAD = new Verdict(
            Map.of(),
            Map.of(),
            Map.of(Problem.DOUBLE_OUTPUT, 1L),
            Map.of(Problem.DOUBLE_OUTPUT, List.of("id")),
            Map.of());

    @Test
    void shouldHoldWhenNothingIsWrong() {
        FaultReport report = report(List.of(8, 0, 6), 0, 8, List.of(4.0, 5.0, 9.0), 0.1, 20, GOOD);
        assertThat(report.failures()).isEmpty();
        assertThat(report.holds()).isTrue();
        // Ten calls a kill on live work; C (1 + T/L) = 8 (1 + 0.2 / 0.5) = 11.2.
        assertThat(report.ratios()).containsEntry("repeatedOverBound", 0.893).containsEntry("killsOnLiveWork", 1.0);
        assertThat(report.context())
                .containsEntry("bound", 11.2)
                .containsEntry("repeatedPerKill", 10.0)
                .containsEntry("kills", 3)
                .containsEntry("secondsFromKillToOutputMedian", 5.0)
                .containsEntry("secondsFromKillToOutputMax", 9.0);
        assertThat(report.report()).containsEntry("name", "faults").containsEntry("holds", true);
    }

    @Test
    void shouldMeasureTheBoundByCommitsWhenTheyAreSlow() {
        FaultReport report = report(List.of(8, 8), 0, 8, List.of(4.0, 5.0), 0.4, 26, GOOD);
        assertThat(report.holds()).isTrue();
        assertThat(report.context()).containsEntry("bound", 16.0).containsEntry("boundOfTheSetInterval", 11.2);
        assertThat(report.ratios().get("repeatedOverBoundOfTheSetInterval")).isGreaterThan(1);
    }

    @Test
    void shouldSayWhatDoesNotHold() {
        List<Double> recoveries = List.of(4.0, 5.0);
        assertFails(report(List.of(8, 8), 0, 8, recoveries, 0.1, 20, BAD), "DOUBLE_OUTPUT");
        assertFails(report(List.of(8, 8), 0, 8, recoveries, 0.1, 23, GOOD), "11.5 calls were repeated per kill");
        assertFails(report(List.of(8, 8), 1, 8, recoveries, 0.1, 20, GOOD), "ended by itself");
        assertFails(report(List.of(8, 8), 0, 7, recoveries, 0.1, 20, GOOD), "Only 7 of 8 partitions");
        assertFails(report(List.of(8, 8), 0, 8, List.of(4.0), 0.1, 20, GOOD), "After 1 kills nothing");
        assertFails(report(List.of(8, 0), 0, 8, recoveries, 0.1, 10, GOOD), "Only 1 of 2 kills hit");
    }

    private static void assertFails(FaultReport report, String sentence) {
        assertThat(report.holds()).isFalse();
        assertThat(report.failures()).singleElement().asString().contains(sentence);
    }

    private static FaultReport report(
            List<Integer> inFlight,
            int accidents,
            int partitionsWithOutput,
            List<Double> recoveries,
            double commitSeconds,
            long repeated,
            Verdict verdict) {
        ScriptedCritic.Counts calls = new ScriptedCritic.Counts(40 + repeated, 30, 10, 0.5);
        return new CritiqueObserved(
                        inFlight,
                        accidents,
                        10,
                        10,
                        20,
                        0,
                        8,
                        partitionsWithOutput,
                        recoveries,
                        1,
                        commitSeconds,
                        calls,
                        60,
                        verdict)
                .report(PLAN, List.of());
    }
}
