package dev.touchstone.critique.state;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Stream thread only. Slows a processor's input down while too much is under way. Kafka Streams can pause no single task, so
 * the processor holds each record back for a moment; short enough, and between two ticks seldom enough, that the thread's
 * other tasks go on and neither a transaction (10 s) nor a poll comes near its limit.
 */
public final class Brake {
    private static final Duration SLICE = Duration.ofMillis(10);
    private static final int SLICES_PER_RECORD = 5;
    private static final int SLICES_PER_TICK = 50;

    private int slicesLeft = SLICES_PER_TICK;

    /** What is done while a record is held back. */
    @FunctionalInterface
    public interface Slice {
        /** Waits at most so long. */
        void pass(Duration time) throws InterruptedException;
    }

    /** Holds one record back while there is too much. */
    public void hold(BooleanSupplier tooMuch, Slice slice) {
        for (int i = 0; i < SLICES_PER_RECORD && slicesLeft > 0 && tooMuch.getAsBoolean(); i++) {
            slicesLeft--;
            try {
                slice.pass(SLICE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** To be called regularly, from a punctuation: records may be held back again. */
    public void tick() {
        slicesLeft = SLICES_PER_TICK;
    }
}
