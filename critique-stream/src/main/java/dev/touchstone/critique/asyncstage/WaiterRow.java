package dev.touchstone.critique.asyncstage;

import dev.touchstone.critique.state.SavedHeader;
import java.util.List;

/**
 * One who waits for a request; row of the waiters store.
 *
 * @param waiter who
 * @param waiterId identity
 * @param timestamp of the record that asked, epoch milliseconds
 * @param headers of the record that asked
 * @param impatient whether it goes without an answer when the day's money is spent
 * @param <W> who waits
 */
record WaiterRow<W>(W waiter, String waiterId, long timestamp, List<SavedHeader> headers, boolean impatient) {}
