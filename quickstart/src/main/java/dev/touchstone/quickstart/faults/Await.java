package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.Stack;
import java.time.Duration;
import java.util.function.BooleanSupplier;

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
}
