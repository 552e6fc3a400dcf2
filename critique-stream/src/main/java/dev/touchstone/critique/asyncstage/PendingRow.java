package dev.touchstone.critique.asyncstage;

/**
 * A request that has not ended; row of the pending store.
 *
 * @param request what is asked
 * @param attempt number of the attempt that runs or comes next, from 1: the fencing token
 * @param failures attempts that failed and count
 * @param repair whether the next attempt is a repair
 * @param firstSeenAt when it was first asked, epoch milliseconds
 * @param nextAttemptAt when the next attempt may begin, epoch milliseconds
 * @param lastError what happened last; empty before the first failure
 * @param <Q> what is asked
 */
record PendingRow<Q>(
        Q request, int attempt, int failures, boolean repair, long firstSeenAt, long nextAttemptAt, String lastError) {
    static <Q> PendingRow<Q> first(Q request, long now) {
        return new PendingRow<>(request, 1, 0, false, now, now, "");
    }

    PendingRow<Q> after(int moreFailures, boolean nextIsRepair, long nextAt, String error) {
        return new PendingRow<>(
                request, attempt + 1, failures + moreFailures, nextIsRepair, firstSeenAt, nextAt, error);
    }
}
