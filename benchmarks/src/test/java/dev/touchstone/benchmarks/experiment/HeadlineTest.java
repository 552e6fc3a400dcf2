package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadlineTest {
    private static final Condition PLAIN = new Condition(Arm.PLAIN, 0);
    private static final Condition CRITIQUED = new Condition(Arm.CRITIQUED, 0.05);

    @TempDir
    Path folder;

    private final Map<Condition, Map<String, Double>> accuracies = new HashMap<>();

    @BeforeEach
    void succeed() {
        accuracies.put(PLAIN, Map.of("id", 0.66, "hard", 0.31, "ood_operands", 0.6, "ood_family", 0.5));
        accuracies.put(
                CRITIQUED,
                Map.of(
                        "id",
                        0.86,
                        "hard",
                        0.72,
                        "ood_operands",
                        0.8,
                        "ood_family",
                        0.8,
                        "critic_0.40",
                        0.7,
                        "other_words",
                        0.68,
                        "absent",
                        0.67));
        accuracies.put(new Condition(Arm.CRITIQUED, 0.5), Map.of("id", 0.66));
        accuracies.put(
                new Condition(Arm.CRITIQUED, 0.4),
                Map.of("id", 0.68, "critic_0.05", 0.7, "other_words", 0.6, "absent", 0.6));
        accuracies.put(new Condition(Arm.SHUFFLED, 0.05), Map.of("id", 0.66));
        accuracies.put(new Condition(Arm.FILLER, 0.05), Map.of("id", 0.67));
        accuracies.put(new Condition(Arm.CRITIQUE_ONLY, 0.05), Map.of("id", 0.81));
        accuracies.put(new Condition(Arm.LEAKED, 0.05), Map.of("id", 1.0));
    }

    @Test
    void shouldSayReproducedWhenNoConditionOfFailureIsMet() throws Exception {
        assertThat(outcomes(Experiment.DATA_EFFICIENCY))
                .containsExactly(Outcome.NOTE, Outcome.NOTE, Outcome.REPRODUCED, Outcome.ABOVE_RULE, Outcome.NO_COST);
    }

    @Test
    void shouldSayNotReproducedWhenAControlComesWithinOnePoint() throws Exception {
        for (Arm control : List.of(Arm.SHUFFLED, Arm.FILLER)) {
            Condition condition = new Condition(control, 0.05);
            accuracies.put(condition, Map.of("id", 0.855));
            assertThat(outcomes(Experiment.DATA_EFFICIENCY))
                    .contains(Outcome.NOT_REPRODUCED)
                    .doesNotContain(Outcome.REPRODUCED);
            accuracies.put(condition, Map.of("id", 0.66));
        }
        accuracies.put(PLAIN, Map.of("id", 0.9));
        assertThat(outcomes(Experiment.DATA_EFFICIENCY))
                .startsWith(Outcome.NOT_REPRODUCED, Outcome.COSTS)
                .doesNotContain(Outcome.NO_COST);
    }

    @Test
    void shouldSayThatLabelsLeakWhenTheCanaryIsSilentOrACeilingIsPassed() throws Exception {
        accuracies.put(new Condition(Arm.CRITIQUE_ONLY, 0.05), Map.of("id", 0.88));
        assertThat(outcomes(Experiment.DATA_EFFICIENCY)).startsWith(Outcome.LEAK);
        accuracies.put(new Condition(Arm.CRITIQUE_ONLY, 0.05), Map.of("id", 0.81));
        accuracies.put(new Condition(Arm.LEAKED, 0.05), Map.of("id", 0.86));
        assertThat(outcomes(Experiment.DATA_EFFICIENCY)).startsWith(Outcome.LEAK);
    }

    @Test
    void shouldSayWhenTheRuleIsAsGoodOrRunsAreMissing() throws Exception {
        accuracies.put(CRITIQUED, Map.of("id", 0.83, "hard", 0.7));
        assertThat(outcomes(Experiment.DATA_EFFICIENCY)).contains(Outcome.BELOW_RULE);
        accuracies.remove(new Condition(Arm.FILLER, 0.05));
        assertThat(outcomes(Experiment.DATA_EFFICIENCY))
                .contains(Outcome.MISSING)
                .doesNotContain(Outcome.REPRODUCED);
        accuracies.remove(CRITIQUED);
        assertThat(outcomes(Experiment.DATA_EFFICIENCY)).containsExactly(Outcome.MISSING);
    }

    @Test
    void shouldJudgeTheOtherExperimentsByTheirOwnTests() throws Exception {
        assertThat(outcomes(Experiment.CRITIC_QUALITY)).contains(Outcome.REPRODUCED);
        assertThat(outcomes(Experiment.HARD_SLICE)).contains(Outcome.REPRODUCED, Outcome.ABOVE_RULE);
        assertThat(outcomes(Experiment.OOD)).contains(Outcome.REPRODUCED);
        assertThat(outcomes(Experiment.CRITIC_DRIFT)).doesNotContain(Outcome.COSTS);
        accuracies.put(new Condition(Arm.CRITIQUED, 0.5), Map.of("id", 0.86));
        accuracies.put(PLAIN, Map.of("id", 0.8, "hard", 0.72));
        assertThat(outcomes(Experiment.CRITIC_QUALITY)).contains(Outcome.NOT_REPRODUCED);
        assertThat(outcomes(Experiment.HARD_SLICE)).contains(Outcome.NOT_REPRODUCED);
        assertThat(outcomes(Experiment.CRITIC_DRIFT)).contains(Outcome.COSTS);
    }

    private List<Outcome> outcomes(Experiment experiment) throws IOException {
        Grid grid = Grid.quick();
        ResultFile file =
                new ResultFile(folder.resolve(experiment.title() + System.nanoTime()), TrainingConfig.defaults(0));
        for (Map.Entry<Condition, Map<String, Double>> one : accuracies.entrySet()) {
            for (int seed : grid.seeds().stream().toArray()) {
                Cell cell = new Cell(one.getKey(), grid.judged(), seed, 2e-3);
                file.add(new CellResult(
                        cell.key(), one.getKey().label(), cell.pairs(), seed, 2e-3, 200, 100, 0.8, one.getValue(), 1));
            }
        }
        Evidence evidence = new Evidence(file, grid);
        return new Headline(
                        evidence,
                        Findings.gains(evidence),
                        Map.of("id", 0.84, "hard", 0.6, "ood_operands", 0.7, "ood_family", 0.7),
                        0.85)
                .of(experiment).stream().map(Statement::outcome).toList();
    }
}
