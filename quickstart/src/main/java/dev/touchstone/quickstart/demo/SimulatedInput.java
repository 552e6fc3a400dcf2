package dev.touchstone.quickstart.demo;

import dev.touchstone.producers.feed.Feed;
import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own sends the simulator's pairs and completions, evenly mixed over a stretch of time, so that completions
 * meet models of every age as they do in production.
 */
final class SimulatedInput implements AutoCloseable {
    private static final double FLIPPED_LABELS = 0.1;

    private final Thread thread;
    private volatile @Nullable RuntimeException failure;
    private volatile boolean closed;

    /** @param stretch over how long the records are spread */
    SimulatedInput(
            KafkaSettings settings, TopicCatalogue topics, long seed, int pairs, int completions, Duration stretch) {
        thread = new Thread(
                () -> {
                    try (Feed feed = Feed.open(
                            settings,
                            topics,
                            Feed.DEFAULT_MAX_BYTES,
                            Feed.DEFAULT_PATIENCE,
                            Clock.systemUTC(),
                            acknowledged -> {})) {
                        send(feed, new Simulator(seed, FLIPPED_LABELS), pairs, completions, stretch);
                    } catch (RuntimeException e) {
                        failure = e;
                    }
                },
                "simulated-input");
        thread.setDaemon(true);
        thread.start();
    }

    /** Passes on what went wrong in the thread, if anything did. */
    void throwIfFailed() {
        RuntimeException error = failure;
        if (error != null) {
            throw error;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void send(Feed feed, Simulator simulator, int pairs, int completions, Duration stretch) {
        Iterator<PreferencePair> nextPair = simulator.pairs().iterator();
        Iterator<Completion> nextCompletion = simulator.completions().iterator();
        long begin = System.nanoTime();
        int total = pairs + completions;
        int sentCompletions = 0;
        for (int i = 0; i < total && !closed; i++) {
            // Bresenham's line: completions come evenly among the pairs.
            if ((long) (i + 1) * completions / total > sentCompletions) {
                feed.send(nextCompletion.next());
                sentCompletions++;
            } else {
                feed.send(nextPair.next());
            }
            pauseUntil(begin + stretch.toNanos() / total * (i + 1));
        }
        feed.flush();
    }

    private void pauseUntil(long nanoTime) {
        long left = nanoTime - System.nanoTime();
        if (left > 5_000_000) {
            try {
                Thread.sleep(left / 1_000_000);
            } catch (InterruptedException e) {
                closed = true;
            }
        }
    }
}
