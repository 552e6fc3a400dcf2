package dev.touchstone.scorer.dashboard;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Not thread-safe. How many records came in each of the last ten minutes' seconds. */
final class Rates {
    private static final int SECONDS = 600;
    private static final int NOW_SECONDS = 10;
    private static final int POINT_SECONDS = 10;

    private final Map<Flow, long[]> counts = new EnumMap<>(Flow.class);
    private final long since;
    private long newest;

    /** What is counted. */
    enum Flow {
        CRITIQUED_PAIRS,
        REWARDS
    }

    /**
     * Records per second.
     *
     * @param at the end of the time that was counted, in seconds since 1970
     * @param pairs pairs with critiques
     * @param rewards rewards
     */
    record Point(long at, double pairs, double rewards) {}

    Rates(Instant now) {
        since = now.getEpochSecond();
        newest = since;
        for (Flow flow : Flow.values()) {
            counts.put(flow, new long[SECONDS]);
        }
    }

    void count(Flow flow, Instant now) {
        advance(now);
        of(flow)[(int) Math.floorMod(newest, (long) SECONDS)]++;
    }

    /** Records per second over the last ten full seconds, or since the beginning if that is shorter. */
    double now(Flow flow, Instant now) {
        advance(now);
        long seconds = Math.min(NOW_SECONDS, newest - since);
        return seconds < 1 ? 0 : (double) sum(flow, newest - seconds, newest) / seconds;
    }

    /** The last ten minutes, oldest first. */
    List<Point> history(Instant now) {
        advance(now);
        long end = newest / POINT_SECONDS * POINT_SECONDS;
        List<Point> points = new ArrayList<>();
        for (long at = end - SECONDS + 2 * POINT_SECONDS; at <= end; at += POINT_SECONDS) {
            if (at - POINT_SECONDS >= since) {
                points.add(new Point(
                        at,
                        (double) sum(Flow.CRITIQUED_PAIRS, at - POINT_SECONDS, at) / POINT_SECONDS,
                        (double) sum(Flow.REWARDS, at - POINT_SECONDS, at) / POINT_SECONDS));
            }
        }
        return List.copyOf(points);
    }

    private long sum(Flow flow, long from, long to) {
        long sum = 0;
        for (long second = from; second < to; second++) {
            sum += of(flow)[(int) Math.floorMod(second, (long) SECONDS)];
        }
        return sum;
    }

    /** A clock that was set back counts into the newest second. */
    private void advance(Instant now) {
        long second = now.getEpochSecond();
        for (long next = Math.max(newest + 1, second - SECONDS + 1); next <= second; next++) {
            for (long[] flow : counts.values()) {
                flow[(int) Math.floorMod(next, (long) SECONDS)] = 0;
            }
        }
        newest = Math.max(newest, second);
    }

    private long[] of(Flow flow) {
        return counts.getOrDefault(flow, new long[0]);
    }
}
