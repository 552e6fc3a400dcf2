package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.time.Duration;

/** Thread-safe. How long answers take: the same for the same seed and call number. */
@FunctionalInterface
public interface Latency {
    /** Time until the answer to a call. */
    Duration of(Call call);

    /** Every answer takes the same time. */
    static Latency fixed(Duration time) {
        return call -> time;
    }

    /**
     * Any time of a range is as likely as any other.
     *
     * @throws IllegalArgumentException if the longest is not longer than the shortest
     */
    static Latency uniform(Duration shortest, Duration longest, long seed) {
        FakeLlm.require(longest.compareTo(shortest) > 0, "the longest is not longer than the shortest");
        return call -> Duration.ofNanos(
                Dice.of(seed, "latency", call.number()).nextLong(shortest.toNanos(), longest.toNanos() + 1));
    }

    /**
     * Most answers come soon and a few late, as those of real endpoints do.
     *
     * @param median half of the answers take less
     * @param p99 one of a hundred takes longer
     * @throws IllegalArgumentException if p99 is below the median, or the median not positive
     */
    static Latency logNormal(Duration median, Duration p99, long seed) {
        FakeLlm.require(!median.isNegative() && !median.isZero(), "the median is not positive");
        FakeLlm.require(p99.compareTo(median) >= 0, "p99 is below the median");
        double quantile = 2.326347874; // of the normal distribution, at 99 %
        double sigma = Math.log((double) p99.toNanos() / median.toNanos()) / quantile;
        return call -> {
            double gaussian = Dice.of(seed, "latency", call.number()).nextGaussian();
            return Duration.ofNanos(Math.round(median.toNanos() * Math.exp(sigma * gaussian)));
        };
    }
}
