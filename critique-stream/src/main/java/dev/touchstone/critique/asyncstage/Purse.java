package dev.touchstone.critique.asyncstage;

import java.time.Duration;

/**
 * Not thread-safe. The money of one task for a UTC day, in billionths: what calls used, and what is kept free for those that
 * run.
 */
final class Purse {
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final long perDay;
    private long day;
    private long gone;
    private long kept;

    Purse(long perDay) {
        this.perDay = perDay;
    }

    /** The number of the UTC day of a time. */
    static long dayOf(long nowMs) {
        return Math.floorDiv(nowMs, DAY_MS);
    }

    /** Used or kept free today. */
    long gone(long nowMs) {
        if (dayOf(nowMs) != day) {
            day = dayOf(nowMs);
            gone = kept;
        }
        return gone;
    }

    boolean has(long money, long nowMs) {
        return gone(nowMs) + money <= perDay;
    }

    /** Money that is gone for good, in an earlier life. */
    void charge(long money, long nowMs) {
        gone = gone(nowMs) + money;
    }

    /** Keeps money free for a call. */
    void take(long estimate, long nowMs) {
        gone = gone(nowMs) + estimate;
        kept += estimate;
    }

    /** The call ended. */
    void giveBack(long estimate, long used, long nowMs) {
        gone = gone(nowMs) + used - estimate;
        kept -= estimate;
    }
}
