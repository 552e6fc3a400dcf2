package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.testkit.cluster.Folders;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * How long a stage takes to come back with nothing but Kafka. Under exactly_once_v2 that is what a crash leaves: what lies in
 * the folder of a task that did not end well is thrown away.
 *
 * @param cached answers in the cache
 * @param fillMs how long it took to fill it
 * @param runningMs from the start until all stores are restored
 * @param firstAnswerMs from the start until an answer came out of the cache
 */
record RestartProbe(int cached, double fillMs, double runningMs, double firstAnswerMs) {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final int IN_FLIGHT = 256;
    private static final int THREADS = 2;
    private static final int ASKED_AGAIN = 64;
    /** Nobody listens there: what is not in the cache is answered by this process. */
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1/v1");

    static RestartProbe of(Bed bed, int cached, IntConsumer progress) {
        String run = "restart";
        CritiqueSettings settings =
                ServiceSettings.of(run, bed.folder(), ServiceSettings.critic(NOWHERE), IN_FLIGHT, THREADS);
        AsyncCall<CritiqueRequest, CritiqueAnswer> atOnce =
                (request, attempt) -> CompletableFuture.completedFuture(MemoryProbe.answer(request));
        bed.createTopics(run);
        bed.fill(run, 0, cached, "w", settings.critic().identity());
        Counter filling = new Counter();
        long began = System.nanoTime();
        try (StageApp app = new StageApp(run, settings, bed.kafka(), atOnce, filling)) {
            Bed.await("full cache", LIMIT, () -> {
                progress.accept(filling.called.get());
                return filling.called.get() == cached;
            });
        }
        double fillMs = millis(began, System.nanoTime());
        Folders.delete(settings.stateDir());
        int asked = Math.min(cached, ASKED_AGAIN);
        // The oldest and the newest of what is cached.
        bed.fill(run, 0, asked / 2, "again", settings.critic().identity());
        bed.fill(
                run,
                cached - (asked - asked / 2),
                cached,
                "again",
                settings.critic().identity());
        Counter restored = new Counter();
        began = System.nanoTime();
        try (StageApp app = new StageApp(run, settings, bed.kafka(), atOnce, restored)) {
            app.awaitRunning();
            double runningMs = millis(began, System.nanoTime());
            Bed.await("answers", LIMIT, () -> restored.known.get() + restored.called.get() == asked);
            if (restored.called.get() > 0) {
                throw new IllegalStateException(
                        restored.called.get() + " of " + asked + " answers were not in the restored cache");
            }
            return new RestartProbe(cached, fillMs, runningMs, millis(began, restored.firstKnownAt.get()));
        }
    }

    private static double millis(long from, long to) {
        return Math.round((to - from) / 1e6);
    }

    /** Thread-safe. Counts what was called for and what was known already. */
    private static final class Counter implements StageListener {
        private final AtomicInteger called = new AtomicInteger();
        private final AtomicInteger known = new AtomicInteger();
        private final AtomicLong firstKnownAt = new AtomicLong();

        @Override
        public void on(Event what) {
            if (what == Event.SUCCEEDED) {
                called.incrementAndGet();
            } else if (what == Event.CACHED) {
                firstKnownAt.compareAndSet(0, System.nanoTime());
                known.incrementAndGet();
            }
        }
    }
}
