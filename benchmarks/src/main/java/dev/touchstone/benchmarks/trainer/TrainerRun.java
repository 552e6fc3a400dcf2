package dev.touchstone.benchmarks.trainer;

import dev.touchstone.trainer.Trainer;
import dev.touchstone.trainer.TrainerSettings;
import dev.touchstone.trainer.learn.LearnerConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The trainer in a thread of this process, on a log of its own, with all its defaults. */
final class TrainerRun implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long LOOK_EVERY_MS = 2;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Trainer trainer;
    private final Thread thread;

    TrainerRun(TrainerBed bed, String prefix, LearnerConfig learner) {
        trainer = new Trainer(
                bed.kafka(),
                TrainerSettings.defaults(prefix, "bench", bed.folder().resolve("checkpoints-" + prefix), learner),
                Clock.systemUTC(),
                meters);
        thread = new Thread(
                () -> {
                    try {
                        trainer.run();
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                },
                "trainer");
        thread.start();
    }

    /** Optimiser steps so far. */
    double steps() {
        return meters.get("rm.train.steps").counter().count();
    }

    /** Offsets of the log that are not consumed; NaN before the first micro-batch. */
    double lag() {
        return meters.get("rm.train.lag").gauge().value();
    }

    /** Checkpoints so far. */
    long checkpoints() {
        return meters.get("rm.checkpoint.seconds").timer().count();
    }

    /** Milliseconds that checkpoints took so far. */
    double checkpointMs() {
        return meters.get("rm.checkpoint.seconds").timer().totalTime(TimeUnit.MILLISECONDS);
    }

    /** Waits for a condition and says at what {@link System#nanoTime()} it held. */
    long await(BooleanSupplier condition) throws InterruptedException {
        long giveUpAt = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            Throwable failed = failure.get();
            if (failed != null || System.nanoTime() > giveUpAt) {
                throw new IllegalStateException("The trainer did not get there", failed);
            }
            Thread.sleep(LOOK_EVERY_MS);
        }
        return System.nanoTime();
    }

    @Override
    public void close() {
        trainer.stop();
        try {
            thread.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
