package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CeilingsTest {
    private final LookupTask task = new LookupTask(TaskSettings.usual());
    private final Ceilings ceilings = new Ceilings(task, 20_000, Seeds.random(1));

    @Test
    void shouldBeWhatTheBestRuleOfVerdictsReachesWhenEveryRuleIsTried() {
        List<Pair> pairs = task.test(60_000, LookupTask.Slice.ID, Seeds.random(2));
        Critic critic = new Critic(0.2, 3);
        // How often each pair of verdicts is that of chosen and rejected, and the other way round.
        Map<String, int[]> counts = new HashMap<>();
        for (Pair pair : pairs) {
            String chosen = critic.verdicts(pair, true).toString();
            String rejected = critic.verdicts(pair, false).toString();
            boolean first = chosen.compareTo(rejected) <= 0;
            counts.computeIfAbsent(first ? chosen + rejected : rejected + chosen, key -> new int[2])[first ? 0 : 1]++;
        }
        double right = counts.entrySet().stream()
                .mapToDouble(one -> {
                    int[] n = one.getValue();
                    return n[1] == 0 ? n[0] / 2.0 : Math.max(n[0], n[1]);
                })
                .sum();
        assertThat(ceilings.verdicts(0.2)).isCloseTo(right / pairs.size(), within(0.01));
        assertThat(ceilings.verdicts(0.2)).isGreaterThan(VerdictRule.given().accuracy(pairs, critic) - 0.01);
    }

    @Test
    void shouldFallWithTheCriticsErrorAndRiseWithWhatIsKnown() {
        assertThat(ceilings.verdicts(0.5)).isCloseTo(0.5, within(1e-9));
        assertThat(ceilings.verdicts(0.05)).isGreaterThan(ceilings.verdicts(0.2));
        assertThat(ceilings.verdictsTasteAndLength(0, Seeds.random(4))).isCloseTo(1, within(1e-9));
        assertThat(ceilings.verdictsTasteAndLength(0.05, Seeds.random(4))).isGreaterThan(ceilings.verdicts(0.05));
        assertThat(ceilings.labels()).isCloseTo(0.95, within(1e-9));
    }

    @Test
    void shouldPromiseWhatWhoeverKnowsTasteAndLengthReaches() {
        // Decisions are made without knowing which side is chosen, so the share of right ones is what was promised.
        double certain = ceilings.chosenIsBetter(7, 0, 0, 0, 0);
        assertThat(certain).isEqualTo(1);
        assertThat(ceilings.chosenIsBetter(0, 0, 0.5, 0, 3))
                .as("of sides that are alike the longer one is better in 60 %")
                .isCloseTo(0.6, within(1e-9));
    }
}
