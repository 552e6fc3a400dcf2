package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceTest {
    private static final Condition CRITIQUED = new Condition(Arm.CRITIQUED, 0.05);

    @TempDir
    private Path folder;

    private ResultFile results;
    private Evidence evidence;

    @BeforeEach
    void begin() throws IOException {
        results = new ResultFile(folder.resolve("results.jsonl"), TrainingConfig.defaults(0));
        evidence = new Evidence(results, Grid.full());
    }

    @Test
    void shouldChooseTheRateThatIsBestOverAllSizesWhenAnotherIsBetterAtSomeOfThem() throws IOException {
        add(CRITIQUED, 1_000, 0, 0.002, 0.80);
        add(CRITIQUED, 4_000, 0, 0.002, 0.86);
        add(CRITIQUED, 16_000, 0, 0.002, 0.90);
        add(CRITIQUED, 1_000, 0, 0.004, 0.60);
        add(CRITIQUED, 4_000, 0, 0.004, 0.87);
        add(CRITIQUED, 16_000, 0, 0.004, 0.95);
        // What is reported chooses nothing.
        add(CRITIQUED, 4_000, 1, 0.004, 0.99);

        assertThat(evidence.rate(CRITIQUED)).isEqualTo(0.002);
    }

    @Test
    void shouldAskForNoSizeThatAnArmDoesNotHave() {
        assertThat(evidence.rateCells(CRITIQUED).map(Cell::pairs)).hasSize(12).contains(1_000, 4_000, 16_000, 64_000);
        assertThat(evidence.rateCells(new Condition(Arm.CRITIQUED, 0.4)).map(Cell::pairs))
                .hasSize(9)
                .doesNotContain(64_000);
        for (Condition controls : new Condition[] {
            new Condition(Arm.SHUFFLED, 0.05), new Condition(Arm.FILLER, 0.05), new Condition(Arm.CRITIQUED, 0.1)
        }) {
            assertThat(evidence.rateCells(controls).map(Cell::pairs)).hasSize(6).containsOnly(1_000, 4_000);
        }
    }

    private void add(Condition condition, int pairs, int seed, double rate, double validation) throws IOException {
        Cell cell = new Cell(condition, pairs, seed, rate);
        results.add(new CellResult(
                cell.key(), condition.label(), pairs, seed, rate, 1, 1, validation, Map.of(Evidence.ID, 0.5), 0));
    }
}
