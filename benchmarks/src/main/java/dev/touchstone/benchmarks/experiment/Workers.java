package dev.touchstone.benchmarks.experiment;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** For one thread, which has others do the work, so many pieces at a time. */
public final class Workers {
    private final int threads;

    /** Hears of results, on the thread that gave the work. */
    public interface Done<T> {
        /** In the order in which they come. */
        void is(T result) throws IOException;
    }

    /** @param threads pieces at a time, at least 1 */
    public Workers(int threads) {
        this.threads = threads;
    }

    /**
     * Returns when all is done; a piece that fails ends it all.
     *
     * @throws IllegalStateException with the failure of a piece as its cause
     */
    public <T> void run(List<Callable<T>> pieces, Done<T> done) throws IOException, InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            ExecutorCompletionService<T> running = new ExecutorCompletionService<>(workers);
            pieces.forEach(running::submit);
            for (int i = 0; i < pieces.size(); i++) {
                done.is(running.take().get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A run failed", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }
}
