package dev.touchstone.critique.asyncstage;

import dev.touchstone.critique.asyncstage.CallResult.Fault;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe: guarded by its {@link CallPool}. Says whether one more call may begin in this instance: calls at once
 * (fewer after a 429 or a time-out, more again after successes: additive increase, multiplicative decrease), requests and
 * tokens a minute, the pause that the other side asked for, the circuit breaker, and the stop after a refusal that would meet
 * every call.
 */
final class Governor {
    private static final Logger LOG = LoggerFactory.getLogger(Governor.class);
    private static final double DECREASE = 0.7;
    /** Round trips that bring the whole number of calls at once back. */
    private static final double RECOVERY_ROUNDS = 16;

    private static final long FIRST_LOCKOUT_MS = Duration.ofMinutes(1).toMillis();
    private static final long LONGEST_LOCKOUT_MS = Duration.ofHours(1).toMillis();

    private final Limits limits;
    private final int shares;
    private final RateBucket requests;
    private final RateBucket tokens;
    private final Breaker breaker = new Breaker();

    private double share;
    /** Calls at once that the other side seems to bear. */
    private double window;
    /** A failure of a call that began before this has been answered by a decrease already. */
    private long decreasedAt = Long.MIN_VALUE;

    private long pausedUntil;
    private long lockedAt;
    private long lockedUntil;
    private long lockoutMs = FIRST_LOCKOUT_MS;

    Governor(Limits limits, int shares, long nowMs) {
        this.limits = limits;
        this.shares = shares;
        requests = new RateBucket(limits.requestsPerMinute(), nowMs);
        tokens = new RateBucket(limits.tokensPerMinute(), nowMs);
        window = limits.inFlight();
    }

    /** This instance has so many tasks now. */
    void tasks(int count, long nowMs) {
        share = Math.min(1, (double) count / shares);
        requests.share(share, nowMs);
        tokens.share(share, nowMs);
    }

    /** Calls that may run at once now. */
    int slots() {
        double most = limits.inFlight() * share;
        return share == 0 ? 0 : (int) Math.max(1, Math.min(window, most));
    }

    /** What holds calls back now. */
    CallPool.Health health(long nowMs) {
        if (nowMs < lockedUntil) {
            return CallPool.Health.LOCKED_OUT;
        }
        if (breaker.isOpen()) {
            return CallPool.Health.BREAKER_OPEN;
        }
        return nowMs < pausedUntil ? CallPool.Health.PAUSED : CallPool.Health.FLOWING;
    }

    /** Whether anything may begin at all. */
    boolean isOpen(int running, long nowMs) {
        return running < slots() && nowMs >= pausedUntil && nowMs >= lockedUntil && breaker.lets(nowMs);
    }

    /** Takes what a call may use, if there is enough of it. */
    boolean take(Spend estimate, long nowMs) {
        if (!requests.has(1, nowMs) || !tokens.has(estimate.tokens(), nowMs)) {
            return false;
        }
        requests.take(1);
        tokens.take(estimate.tokens());
        breaker.begun(nowMs);
        return true;
    }

    /** A call ended. */
    void ended(long begunAt, Spend estimate, CallResult<?> result, long nowMs) {
        tokens.giveBack(estimate.tokens() - (double) result.spent().tokens());
        if (result instanceof CallResult.Retry<?> retry) {
            failed(begunAt, retry, nowMs);
        } else if (result instanceof CallResult.Permanent<?> permanent && permanent.locksOut()) {
            breaker.abandoned(begunAt);
            lockOut(begunAt, permanent.reason(), nowMs);
        } else {
            breakerEnded(begunAt, true, nowMs);
            lockoutMs = FIRST_LOCKOUT_MS;
            double most = limits.inFlight();
            window = Math.min(most, window + Math.max(1, most / RECOVERY_ROUNDS) / window);
        }
    }

    private void failed(long begunAt, CallResult.Retry<?> retry, long nowMs) {
        if (retry.fault() == Fault.LIMITED) {
            breaker.abandoned(begunAt);
            Duration after = retry.after();
            if (after != null) {
                pausedUntil = Math.max(pausedUntil, nowMs + after.toMillis());
            }
        } else {
            breakerEnded(begunAt, false, nowMs);
        }
        boolean tooMany = retry.fault() == Fault.LIMITED || retry.fault() == Fault.TIMED_OUT;
        if (tooMany && begunAt > decreasedAt) {
            window = Math.max(1, Math.min(window, limits.inFlight() * share) * DECREASE);
            decreasedAt = nowMs;
        }
    }

    private void breakerEnded(long begunAt, boolean good, long nowMs) {
        boolean before = breaker.isOpen();
        breaker.ended(begunAt, good, nowMs);
        if (breaker.isOpen() != before) {
            LOG.warn(before ? "Calls go well again." : "Half of the newest calls failed: none is begun for a while.");
        }
    }

    private void lockOut(long begunAt, String reason, long nowMs) {
        // Those that were in flight together are one refusal.
        if (nowMs < lockedUntil || begunAt < lockedAt) {
            return;
        }
        lockedAt = nowMs;
        lockedUntil = nowMs + lockoutMs;
        LOG.error(
                "{} No call is begun for {} s: every one would be refused. Mend the access.", reason, lockoutMs / 1000);
        lockoutMs = Math.min(2 * lockoutMs, LONGEST_LOCKOUT_MS);
    }
}
