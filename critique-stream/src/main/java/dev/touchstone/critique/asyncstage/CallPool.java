package dev.touchstone.critique.asyncstage;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. The slots for calls of one instance, shared by its tasks: each task has a lane, and a free slot goes to the
 * lane that has work and the fewest calls running (max-min fair; a first come, first served semaphore starves tasks). A slot
 * that becomes free is filled at once, on the executor, from requests that the task has offered before.
 *
 * @param <Q> what is asked
 * @param <R> what comes back
 */
public final class CallPool<Q, R> {
    private static final Logger LOG = LoggerFactory.getLogger(CallPool.class);

    private final AsyncCall<Q, R> call;
    private final int slots;
    private final Executor executor;
    private final Clock clock;

    /** Guarded by this; in order of their turn. */
    private final List<Lane> lanes = new ArrayList<>();
    /** Guarded by this. */
    private int running;

    /**
     * @param call what is called
     * @param slots calls in flight at most
     * @param executor where calls are begun; one thread is enough
     * @param clock tells how long a call runs
     */
    public CallPool(AsyncCall<Q, R> call, int slots, Executor executor, Clock clock) {
        this.call = call;
        this.slots = slots;
        this.executor = executor;
        this.clock = clock;
    }

    /** Calls in flight. */
    public synchronized int inFlight() {
        return running;
    }

    /** Requests that have not ended, over all tasks. */
    public synchronized int pending() {
        return lanes.stream().mapToInt(lane -> lane.pending).sum();
    }

    synchronized Lane open() {
        Lane lane = new Lane();
        lanes.add(lane);
        return lane;
    }

    /** One attempt, offered or running. */
    record Job<Q>(String key, Q request, Attempt attempt) {}

    /** One attempt's result, on its way to the stream thread. */
    record Finished<R>(String key, int attempt, CallResult<R> result) {}

    private record Running<Q>(Job<Q> job, long startedAt) {}

    private record Start<L, Q>(L lane, Running<Q> running) {}

    /** Fills free slots. Calls are begun outside the lock: what a call does while it begins is not ours to know. */
    private void fill() {
        for (Optional<Start<Lane, Q>> next = next(); next.isPresent(); next = next()) {
            begin(next.get().lane(), next.get().running());
        }
    }

    private synchronized Optional<Start<Lane, Q>> next() {
        if (running >= slots) {
            return Optional.empty();
        }
        Optional<Lane> fairest = lanes.stream()
                .filter(lane -> !lane.offered.isEmpty())
                .min(Comparator.comparingInt(lane -> lane.runs.size()));
        if (fairest.isEmpty()) {
            return Optional.empty();
        }
        Lane lane = fairest.get();
        lanes.remove(lane);
        lanes.add(lane);
        Running<Q> run = new Running<>(lane.offered.remove(), clock.millis());
        lane.runs.add(run);
        running++;
        return Optional.of(new Start<>(lane, run));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its completion is what whenComplete handles
    private void begin(Lane lane, Running<Q> run) {
        CompletionStage<CallResult<R>> result;
        try {
            result = Objects.requireNonNull(
                    call.call(run.job().request(), run.job().attempt()));
        } catch (RuntimeException | Error e) {
            lane.end(run, broken(e));
            return;
        }
        result.whenComplete((value, error) -> lane.end(run, error != null || value == null ? broken(error) : value));
    }

    /** The message is left out: it may hold a user's text. */
    private static <R> CallResult<R> broken(@Nullable Throwable error) {
        String name = error == null ? "no result" : error.getClass().getSimpleName();
        LOG.warn("A call ended with {} instead of a result; it is tried again.", name);
        LOG.debug("The call's error", error);
        return new CallResult.Retry<>("The call ended with " + name + ".", null, false);
    }

    /** The part of one task. */
    final class Lane {
        private final Queue<Job<Q>> offered = new ArrayDeque<>();
        private final Set<Running<Q>> runs = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Queue<Finished<R>> finished = new ConcurrentLinkedQueue<>();
        private volatile int pending;

        /** How many more requests may be offered: enough to refill every slot between two looks of the task. */
        int room() {
            synchronized (CallPool.this) {
                return slots - offered.size();
            }
        }

        void offer(Job<Q> job) {
            synchronized (CallPool.this) {
                offered.add(job);
            }
        }

        /** Has free slots filled from what was offered. */
        void dispatch() {
            executor.execute(CallPool.this::fill);
        }

        void setPending(int count) {
            pending = count;
        }

        @Nullable
        Finished<R> poll() {
            return finished.poll();
        }

        /** Takes the slots of calls that have run too long; their results, should they still come, are fenced. */
        void expire(Duration limit) {
            List<Running<Q>> overdue;
            synchronized (CallPool.this) {
                long before = clock.millis() - limit.toMillis();
                overdue = runs.stream().filter(run -> run.startedAt() <= before).toList();
            }
            for (Running<Q> run : overdue) {
                end(
                        run,
                        new CallResult.Retry<>(
                                "The call did not end within " + limit.toSeconds() + " s.", null, false));
            }
        }

        /** The task is gone. Its calls run on, and keep their slots until they end; nobody waits for their results. */
        void close() {
            synchronized (CallPool.this) {
                lanes.remove(this);
                offered.clear();
            }
        }

        private void end(Running<Q> run, CallResult<R> result) {
            synchronized (CallPool.this) {
                if (runs.remove(run)) {
                    running--;
                }
            }
            finished.add(new Finished<>(run.job().key(), run.job().attempt().number(), result));
            dispatch();
        }
    }
}
