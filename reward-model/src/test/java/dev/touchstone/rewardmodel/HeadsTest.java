package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Several reward heads: what each learns from, and what they say together. */
class HeadsTest {

    private static final long SEED = 91;

    @Test
    void shouldGiveMeanAndDeviationWhenThereAreSeveralHeads() {
        float[][] rewards = {{1, 2, 6}, {-1, -1, -1}};
        assertThat(HeadScores.means(rewards)).containsExactly(3, -1);
        // sqrt((4 + 1 + 9) / 2)
        assertThat(HeadScores.spreads(rewards, 3)).containsExactly(new double[] {2.6457513110645907, 0}, within(1e-12));
        assertThat(HeadScores.spreads(new float[][] {{1}}, 1)).isNull();
        assertThat(HeadScores.means(new float[0][])).isEmpty();
    }

    @Test
    void shouldCountPairsByAPoissonNumberOfMeanOneWhenThereAreSeveralHeads() {
        System.out.printf("seed %d%n", SEED);
        int pairs = 20_000;
        float[][] weights = Bootstrap.weights(pairs, 2, new SplittableRandom(SEED));
        assertThat(weights).isDeepEqualTo(Bootstrap.weights(pairs, 2, new SplittableRandom(SEED)));
        double[] counts = new double[3];
        double sum = 0;
        double squares = 0;
        double product = 0;
        for (float[] row : weights) {
            for (float weight : row) {
                sum += weight;
                squares += weight * weight;
                if (weight < 3) {
                    counts[(int) weight]++;
                }
            }
            product += (row[0] - 1) * (row[1] - 1);
        }
        double n = 2 * pairs;
        assertThat(sum / n).isCloseTo(1, within(0.02));
        assertThat(squares / n).isCloseTo(2, within(0.06));
        assertThat(counts[0] / n).isCloseTo(Math.exp(-1), within(0.01));
        assertThat(counts[1] / n).isCloseTo(Math.exp(-1), within(0.01));
        assertThat(counts[2] / n).isCloseTo(Math.exp(-1) / 2, within(0.01));
        assertThat(product / pairs).as("heads draw by themselves").isCloseTo(0, within(0.03));
    }

    @Test
    void shouldCountEveryPairOnceWhenThereIsOneHead() {
        for (float[] row : Bootstrap.weights(50, 1, new SplittableRandom(SEED))) {
            assertThat(row).containsExactly(1);
        }
    }
}
