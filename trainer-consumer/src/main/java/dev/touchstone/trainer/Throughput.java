package dev.touchstone.trainer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** Thread-safe. How fast training went over the last minute, pauses included. */
final class Throughput {
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();
    private static final double SECOND = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final long begun;
    private final Deque<Work> newest = new ArrayDeque<>();

    Throughput(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
    }

    private record Work(long at, long steps, long tokens) {}

    synchronized void add(long steps, long tokens) {
        forget();
        newest.add(new Work(nanoTime.getAsLong(), steps, tokens));
    }

    /** Optimiser steps per second. */
    synchronized double steps() {
        forget();
        return newest.stream().mapToLong(Work::steps).sum() / seconds();
    }

    /** Tokens per second, as far as they were fresh. */
    synchronized double tokens() {
        forget();
        return newest.stream().mapToLong(Work::tokens).sum() / seconds();
    }

    private double seconds() {
        return Math.max(1, Math.min(WINDOW, nanoTime.getAsLong() - begun) / SECOND);
    }

    private void forget() {
        long now = nanoTime.getAsLong();
        while (!newest.isEmpty() && now - newest.getFirst().at() > WINDOW) {
            newest.removeFirst();
        }
    }
}
