package dev.touchstone.critique.asyncstage;

/**
 * Not thread-safe. A circuit breaker: opens when at least half of the newest calls failed, lets one call through after a
 * while, and closes when that goes well. Each failure of such a probe doubles the while.
 */
final class Breaker {
    private static final int WINDOW = 20;
    private static final int FEWEST = 10;
    private static final long FIRST_WAIT_MS = 1_000;
    private static final long LONGEST_WAIT_MS = 30_000;

    /** Whether each of the newest calls failed, as a ring. */
    private final boolean[] failed = new boolean[WINDOW];

    /** Where the next call goes in the ring. */
    private int next;
    /** How many calls the ring holds. */
    private int count;

    private int failures;
    private long waitMs = FIRST_WAIT_MS;
    /** When a probe may go, 0 while closed. */
    private long probeAt;
    /** When the running probe began, 0 if none runs. */
    private long probing;

    boolean isOpen() {
        return probeAt > 0;
    }

    boolean lets(long nowMs) {
        return !isOpen() || (probing == 0 && nowMs >= probeAt);
    }

    /** A call begins, after {@link #lets} said so. */
    void begun(long nowMs) {
        if (isOpen()) {
            probing = nowMs;
        }
    }

    /**
     * A call that began at a time ended and says something about the health of the other side.
     *
     * @param good whether it was healthy
     */
    void ended(long begunAtMs, boolean good, long nowMs) {
        if (!isOpen()) {
            record(!good);
            if (count >= FEWEST && 2 * failures >= count) {
                open(nowMs);
            }
        } else if (good) {
            close();
        } else if (probing > 0 && begunAtMs >= probing) {
            waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
            open(nowMs);
        }
    }

    /** A call ended and says nothing about health; if it was the probe, another may go. */
    void abandoned(long begunAtMs) {
        if (probing > 0 && begunAtMs >= probing) {
            probing = 0;
        }
    }

    private void open(long nowMs) {
        probeAt = nowMs + waitMs;
        probing = 0;
    }

    private void close() {
        probeAt = 0;
        probing = 0;
        next = 0;
        count = 0;
        failures = 0;
        waitMs = FIRST_WAIT_MS;
    }

    private void record(boolean bad) {
        if (count == WINDOW && failed[next]) {
            failures--;
        }
        failed[next] = bad;
        failures += bad ? 1 : 0;
        next = (next + 1) % WINDOW;
        count = Math.min(count + 1, WINDOW);
    }
}
