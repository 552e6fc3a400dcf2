package dev.touchstone.critique.asyncstage;

/** Hears of everything that a stage does, for metrics. Thread-safe and quick: it is called on stream threads. */
@FunctionalInterface
public interface StageListener {
    /** What can happen. */
    enum Event {
        /** The answer was known already. */
        CACHED,
        /** Somebody else asks the same: one call serves both. */
        COALESCED,
        /** An attempt brought an answer. */
        SUCCEEDED,
        /** An attempt failed and is tried again. */
        RETRIED,
        /** The other side limits its callers or is away; tried again. */
        THROTTLED,
        /** An answer could not be read and is asked for once more. */
        REPAIRED,
        /** Ended: refused for good. */
        REFUSED,
        /** Ended: no attempt is left. */
        EXHAUSTED,
        /** Ended: unreadable twice. */
        UNPARSABLE,
        /** Ended: the day's money is spent. */
        UNAFFORDABLE,
        /** A result of an attempt that is no longer the newest came too late and changed nothing. */
        FENCED
    }

    /** Something happened. */
    void on(Event event);
}
