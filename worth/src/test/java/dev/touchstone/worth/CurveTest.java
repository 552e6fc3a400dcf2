package dev.touchstone.worth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.worth.Curve.Crossing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
    /** Middles at 100, 300, 500 and 700 pairs. */
    private static Curve curve(double... right) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < right.length; i++) {
            segments.add(new Segment(200L * i, 200L * (i + 1), 200, right[i]));
        }
        return Curve.fit(segments);
    }

    @Test
    void shouldPoolNeighboursWhenAccuracyFalls() {
        Curve curve = curve(100, 150, 130, 180);
        assertThat(curve.accuracyAt(100)).isEqualTo(0.5);
        assertThat(curve.accuracyAt(300)).isEqualTo(0.7);
        assertThat(curve.accuracyAt(500)).isEqualTo(0.7);
        assertThat(curve.accuracyAt(700)).isEqualTo(0.9);
        assertThat(curve.lastAccuracy()).isEqualTo(0.9);
        assertThat(curve.lastPairs()).isEqualTo(800);
    }

    @Test
    void shouldFindTheCrossingThatItsOwnAccuracySays() {
        Curve curve = curve(100, 120, 160, 180);
        for (double accuracy : new double[] {0.55, 0.6, 0.7, 0.85}) {
            Crossing crossing = curve.pairsFor(accuracy);
            assertThat(crossing.atLeast()).isEqualTo(crossing.atMost());
            assertThat(curve.accuracyAt(crossing.atMost())).isEqualTo(accuracy, within(1e-9));
        }
        assertThat(curve.pairsFor(0.55).atMost()).isEqualTo(Math.sqrt(100 * 300), within(1e-6));
    }

    @Test
    void shouldLeaveItOpenWhenAnAccuracyLiesOutsideWhatWasSeen() {
        Curve curve = curve(100, 120, 160);
        assertThat(curve.pairsFor(0.4)).isEqualTo(new Crossing(0, 100));
        assertThat(curve.pairsFor(0.9)).isEqualTo(new Crossing(600, Double.POSITIVE_INFINITY));
        assertThat(curve.accuracyAt(1)).isEqualTo(0.5);
        assertThat(curve.accuracyAt(1e9)).isEqualTo(0.8);
    }
}
