package dev.touchstone.critique.asyncstage;

/**
 * What goes into a stage; the record's key is a hash of everything in the request that the answer depends on.
 *
 * @param request what is asked
 * @param waiter who waits for the answer; comes back with it
 * @param waiterId identity of the waiter, and the key of what comes out; the same waiter asking twice gets one answer as long
 *     as the first is pending
 * @param impatient whether the waiter would rather go without an answer than wait for the next day's money
 * @param <Q> what is asked
 * @param <W> who waits
 */
public record Ask<Q, W>(Q request, W waiter, String waiterId, boolean impatient) {}
