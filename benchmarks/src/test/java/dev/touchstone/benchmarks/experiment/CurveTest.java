package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CurveTest {
    private static final int[] BOTH = {0, 1};

    private final Curve plain = curve(Map.of(
            1_000, new double[] {0.60, 0.62}, 10_000, new double[] {0.80, 0.82}, 100_000, new double[] {0.90, 0.92}));
    private final Curve critiqued = curve(Map.of(
            100, new double[] {0.70, 0.72}, 1_000, new double[] {0.80, 0.82}, 10_000, new double[] {0.85, 0.87}));

    @Test
    void shouldInterpolateOverTheLogarithmOfPairs() {
        assertThat(plain.pairsAt(0.81, BOTH).orElseThrow()).isCloseTo(10_000, within(1.0));
        assertThat(plain.pairsAt(0.86, BOTH).orElseThrow()).isCloseTo(Math.sqrt(1e4 * 1e5), within(1.0));
        assertThat(plain.pairsAt(0.50, BOTH)).hasValue(1_000);
        assertThat(plain.pairsAt(0.95, BOTH)).isEmpty();
    }

    @Test
    void shouldCompareAtAnAccuracyAndSayWhereItIsALowerBound() {
        Curve.Ratio ratio = plain.over(critiqued, 0.81, 2, 200, new Random(1));
        assertThat(ratio.middle()).isCloseTo(10, within(0.1));
        assertThat(ratio.low()).isLessThanOrEqualTo(ratio.middle());
        assertThat(ratio.high()).isGreaterThanOrEqualTo(ratio.middle());
        assertThat(ratio.atLeast()).isFalse();
        assertThat(plain.over(critiqued, 0.70, 2, 200, new Random(1)).atLeast())
                .as("the critiqued arm is there from its smallest size")
                .isTrue();
        assertThat(critiqued.over(plain, 0.89, 2, 200, new Random(1)).atLeast())
                .as("the first arm does not get there")
                .isTrue();
        assertThat(plain.over(critiqued, 0.90, 2, 200, new Random(1)).middle()).isNaN();
    }

    @Test
    void shouldSayThatAnIntervalHasNoEndWhenDrawsDoNotReachTheAccuracy() {
        Curve sometimes = curve(Map.of(1_000, new double[] {0.60, 0.60}, 10_000, new double[] {0.95, 0.70}));
        Curve.Ratio open = sometimes.over(critiqued, 0.82, 2, 200, new Random(1));
        assertThat(open.high()).isInfinite();
        assertThat(open.words()).contains("no upper bound").doesNotContain("NaN", "Infinity");
        Curve.Ratio closed = plain.over(critiqued, 0.81, 2, 200, new Random(1));
        assertThat(closed.words()).startsWith("10.0 (").doesNotContain("bound");
        assertThat(critiqued.over(sometimes, 0.82, 2, 200, new Random(1)).words())
                .contains("no lower bound");
    }

    @Test
    void shouldPairTheSeedsWhenItTellsAGain() {
        Curve ours = curve(Map.of(1_000, new double[] {0.70, 0.90}));
        // Both seeds gain the same: what seeds have in common is no doubt about the gain.
        Interval sure = ours.gain(curve(Map.of(1_000, new double[] {0.65, 0.85})), 1_000, 200, new Random(1));
        assertThat(sure.low()).isCloseTo(0.05, within(1e-9));
        assertThat(sure.high()).isCloseTo(0.05, within(1e-9));
        Interval unsure = ours.gain(curve(Map.of(1_000, new double[] {0.60, 0.90})), 1_000, 200, new Random(1));
        assertThat(unsure.points()).isEqualTo("+5.0 (+0.0 to +10.0)");
    }

    private static Curve curve(Map<Integer, double[]> points) {
        return new Curve(new TreeMap<>(points));
    }
}
