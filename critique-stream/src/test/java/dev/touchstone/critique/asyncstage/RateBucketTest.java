package dev.touchstone.critique.asyncstage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateBucketTest {
    private static final long MINUTE = 60_000;

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 3, 60, 1_000, 60_000})
    void shouldKeepEveryMinuteWithinTheLimitHoweverGreedyTheCallers(double perMinute) {
        Random random = new Random(3);
        RateBucket bucket = new RateBucket(perMinute, 0);
        bucket.share(1, 0);
        List<Long> taken = new ArrayList<>();
        for (long now = 0; now < 9 * MINUTE; now += 1 + random.nextInt(20)) {
            // Idle for a while, so that all is saved up that can be, then greedy.
            if (now / MINUTE % 3 != 0) {
                while (bucket.has(1, now)) {
                    bucket.take(1);
                    taken.add(now);
                }
            }
        }
        int from = 0;
        for (int to = 0; to < taken.size(); to++) {
            while (taken.get(to) - taken.get(from) >= MINUTE) {
                from++;
            }
            assertThat(to - from + 1.0).isLessThanOrEqualTo(Math.max(1, perMinute));
        }
        assertThat((double) taken.size()).as("and it is not idle").isGreaterThan(0.5 * perMinute);
    }

    @Test
    void shouldLetOnlyAPartThroughWhenOthersHaveTheRest() {
        RateBucket bucket = new RateBucket(6_000, 0);
        bucket.share(0.25, 0);
        int taken = 0;
        for (long now = 0; now < MINUTE; now += 10) {
            while (bucket.has(1, now)) {
                bucket.take(1);
                taken++;
            }
        }
        assertThat(taken).isBetween(1_300, 1_500);
    }

    @Test
    void shouldLetNothingThroughWithoutAShare() {
        RateBucket bucket = new RateBucket(6_000, 0);
        assertThat(bucket.has(1, MINUTE)).isFalse();
    }

    @Test
    void shouldServeANeedLargerThanItHoldsAndThenPayTheDebt() {
        RateBucket tokens = new RateBucket(1_000, 0);
        tokens.share(1, 0);
        assertThat(tokens.has(400, 1_000)).isFalse();
        assertThat(tokens.has(400, MINUTE)).isTrue();
        tokens.take(400);
        assertThat(tokens.has(1, MINUTE + 10_000)).isFalse();
        tokens.giveBack(390);
        assertThat(tokens.has(1, MINUTE + 10_000))
                .as("what was not used is given back")
                .isTrue();
    }
}
