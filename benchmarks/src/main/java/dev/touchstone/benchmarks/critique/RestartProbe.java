package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.asyncstage.StageListener.Event;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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
        Counter filled = new Counter(Event.SUCCEEDED);
        long began = System.nanoTime();
        try (StageApp app = new StageApp(run, settings, bed.kafka(), atOnce, filled)) {
            Bed.await("full cache", LIMIT, () -> {
                progress.accept(filled.get());
                return filled.get() == cached;
            });
        }
        double fillMs = since(began);
        Bed.delete(settings.stateDir());
        bed.fill(
                run,
                0,
                Math.min(cached, 4 * Bed.PARTITIONS),
                "again",
                settings.critic().identity());
        Counter known = new Counter(Event.CACHED);
        began = System.nanoTime();
        try (StageApp app = new StageApp(run, settings, bed.kafka(), atOnce, known)) {
            app.awaitRunning();
            double runningMs = since(began);
            Bed.await("answer from the cache", LIMIT, () -> known.get() > 0);
            return new RestartProbe(cached, fillMs, runningMs, since(began));
        }
    }

    private static double since(long nanos) {
        return Math.round((System.nanoTime() - nanos) / 1e6);
    }

    private static final class Counter implements StageListener {
        private final Event event;
        private final AtomicInteger count = new AtomicInteger();

        Counter(Event event) {
            this.event = event;
        }

        @Override
        public void on(Event what) {
            if (what == event) {
                count.incrementAndGet();
            }
        }

        int get() {
            return count.get();
        }
    }
}
