package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.Stack;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Waits for something that the parts of a stack do.
 *
 * @param stack whose parts must not end for good meanwhile
 */
record Await(Stack stack) {
    private static final int LOOK_EVERY_MS = 20;

    /**
     * Whether something became true in time.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    boolean until(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            stack.throwIfFailed();
            if (System.nanoTime() > giveUpAt) {
                return false;
            }
            Thread.sleep(LOOK_EVERY_MS);
        }
        return true;
    }

    /**
     * Whether a number came to a goal, however long that took, without a stall on the way.
     *
     * @param stall longest time in which the number may stay as it is
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    boolean growth(Duration stall, LongSupplier number, LongSupplier goal) throws InterruptedException {
        while (number.getAsLong() < goal.getAsLong()) {
            long before = number.getAsLong();
            if (!until(stall, () -> number.getAsLong() > before || number.getAsLong() >= goal.getAsLong())) {
                return false;
            }
        }
        return true;
    }
}
