package dev.touchstone.worth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WorthTest {
    private static final int RESAMPLES = 400;

    /** An arm whose true accuracy is 0.5 at one pair and grows by {@code slope} with each doubling, up to 0.95. */
    private static double truth(double pairs, double slope) {
        return Math.min(0.95, 0.5 + slope * Math.log(pairs) / Math.log(2));
    }

    private static Curve arm(double slope, int pairs, SplittableRandom random) {
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from < pairs; from += 256) {
            int right = 0;
            for (int i = 0; i < 256; i++) {
                right += random.nextDouble() < truth(from + i + 1, slope) ? 1 : 0;
            }
            segments.add(new Segment(from, from + 256, 256, right));
        }
        return Curve.fit(segments);
    }

    @Test
    void shouldHoldTheTrueRatioInNineOfTenIntervals() {
        long seed = 3;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        // 0.8 is reached at 2^(0.3/0.03) = 1,024 and 2^(0.3/0.0256) = 3,372 pairs.
        double truth = Math.pow(2, 0.3 / 0.0256) / Math.pow(2, 0.3 / 0.03);
        int held = 0;
        int runs = 60;
        for (int run = 0; run < runs; run++) {
            Worth worth = Worth.compare(
                            arm(0.0256, 16_384, random), arm(0.03, 16_384, random), List.of(0.8), RESAMPLES, random)
                    .get(0);
            held += worth.low() <= truth && truth <= worth.high() ? 1 : 0;
        }
        assertThat(held).isGreaterThanOrEqualTo(runs * 9 / 10);
    }

    @Test
    void shouldSayAtLeastWhenTheArmWithoutCritiquesDoesNotGetThere() {
        SplittableRandom random = new SplittableRandom(5);
        Worth worth = Worth.compare(
                        arm(0.005, 8_192, random), arm(0.035, 8_192, random), List.of(0.85), RESAMPLES, random)
                .get(0);
        assertThat(worth.ratioAtMost()).isInfinite();
        assertThat(worth.high()).isInfinite();
        assertThat(worth.ratioAtLeast())
                .isEqualTo(8_192 / worth.critiquedPairs().atMost(), within(1e-9));
        assertThat(worth.low()).isBetween(1.0, worth.ratioAtLeast());
    }

    @Test
    void shouldSayNothingWhenNeitherArmGetsThere() {
        SplittableRandom random = new SplittableRandom(6);
        Worth worth = Worth.compare(
                        arm(0.001, 1_024, random), arm(0.001, 1_024, random), List.of(0.9), RESAMPLES, random)
                .get(0);
        assertThat(worth.ratioAtLeast()).isZero();
        assertThat(worth.ratioAtMost()).isInfinite();
    }
}
