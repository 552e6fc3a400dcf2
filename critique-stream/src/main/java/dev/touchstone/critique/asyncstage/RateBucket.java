package dev.touchstone.critique.asyncstage;

/**
 * Not thread-safe. A token bucket (leaky bucket as a meter) that never lets more than the limit through in any minute: what
 * it holds at most and what flows in within a minute are the limit together. A need larger than what it holds is served when
 * it is full and leaves a debt.
 */
final class RateBucket {
    private static final double MINUTE_MS = 60_000;
    /** Part of a minute's limit that may be used at once. */
    private static final double BURST = 0.05;

    private final double perMinute;
    private double share;
    private double level;
    private long filledAt;

    /** @param perMinute the limit of all instances; 0 for none */
    RateBucket(double perMinute, long nowMs) {
        this.perMinute = perMinute;
        filledAt = nowMs;
    }

    /** Sets this instance's part of the limit, 0 to 1. What has been saved up shrinks with it and does not grow. */
    void share(double part, long nowMs) {
        fill(nowMs);
        share = part;
        level = Math.min(level, capacity());
    }

    boolean has(double need, long nowMs) {
        if (perMinute <= 0) {
            return true;
        }
        fill(nowMs);
        return share > 0 && level >= Math.min(need, capacity());
    }

    void take(double amount) {
        level -= amount;
    }

    /** Gives back what was taken and not used; a negative amount takes what was used beyond. */
    void giveBack(double amount) {
        level = Math.min(capacity(), level + amount);
    }

    private double capacity() {
        double limit = perMinute * share;
        return Math.min(Math.max(1, limit * BURST), limit / 2);
    }

    private void fill(long nowMs) {
        double capacity = capacity();
        double flow = Math.max(0, nowMs - filledAt) / MINUTE_MS * (perMinute * share - capacity);
        level = Math.min(capacity, level + flow);
        filledAt = nowMs;
    }
}
