package dev.touchstone.critique.asyncstage;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * that becomes free is filled at once, on the executor, from requests that the task has offered before. Whether a call may
 * begin at all is the {@link Governor}'s to say, and the lane's own purse.
 *
 * @param <Q> what is asked
 * @param <R> what comes back
 */
public final class CallPool<Q, R> {
    private static final Logger LOG = LoggerFactory.getLogger(CallPool.class);

    private final AsyncCall<Q, R> call;
    private final Limits limits;
    private final int shares;
    private final Executor executor;
    private final Clock clock;

    /** Guarded by this, as everything below. */
    private final Governor governor;
    /** In order of their turn. */
    private final List<Lane> lanes = new ArrayList<>();

    /** Attempts whose task is gone: should the task come back to this instance, they need not be paid for again. */
    private final Map<AttemptKey, Run> orphans = new LinkedHashMap<>();

    private int running;

    /** What holds calls back. */
    public enum Health {
        /** Nothing but the limits. */
        FLOWING,
        /** The other side asked for a pause. */
        PAUSED,
        /** Too many calls failed. */
        BREAKER_OPEN,
        /** The other side refuses us altogether. */
        LOCKED_OUT
    }

    /**
     * @param call what is called
     * @param limits of all instances together
     * @param shares partitions of the stage's input: each task has one part of the limits
     * @param executor where calls are begun; one thread is enough
     * @param clock tells how long a call runs, and the day
     */
    public CallPool(AsyncCall<Q, R> call, Limits limits, int shares, Executor executor, Clock clock) {
        this.call = call;
        this.limits = limits;
        this.shares = shares;
        this.executor = executor;
        this.clock = clock;
        governor = new Governor(limits, shares, clock.millis());
    }

    /** Calls in flight. */
    public synchronized int inFlight() {
        return running;
    }

    /** Calls that may be in flight at once now, in this instance. */
    public synchronized int slots() {
        return governor.slots();
    }

    /** What holds calls back now. */
    public synchronized Health health() {
        return governor.health(clock.millis());
    }

    /** Money that the tasks of this instance have used or kept free today, in billionths. */
    public synchronized long moneySpentToday() {
        long now = clock.millis();
        return lanes.stream().mapToLong(lane -> lane.purse.gone(now)).sum();
    }

    /** Requests that have not ended, over all tasks. */
    public synchronized int pending() {
        return lanes.stream().mapToInt(lane -> lane.pending).sum();
    }

    synchronized Lane open() {
        Lane lane = new Lane();
        lanes.add(lane);
        governor.tasks(lanes.size(), clock.millis());
        return lane;
    }

    /** One attempt, offered or running. */
    record Job<Q>(String key, Q request, Attempt attempt) {}

    /** An attempt that waits for a slot, and what it will use up at most. */
    private record Offer<Q>(Job<Q> job, Spend estimate) {}

    /** One attempt's result, on its way to the stream thread. */
    record Finished<R>(String key, int attempt, CallResult<R> result) {}

    /** One attempt that runs. A class, since two of them are never the same. */
    private final class Run {
        private final Job<Q> job;
        private final Spend estimate;
        private final long startedAt;
        /** Where its result is awaited; null when that task is gone. */
        private @Nullable Lane lane;
        /** Whether its slot is free again. */
        private boolean ended;
        /** Its result, if it came when nobody waited for it. */
        private @Nullable CallResult<R> result;

        Run(Job<Q> job, Spend estimate, long startedAt, Lane lane) {
            this.job = job;
            this.estimate = estimate;
            this.startedAt = startedAt;
            this.lane = lane;
        }
    }

    /** Names one attempt at one request. */
    private record AttemptKey(String key, int attempt) {
        static AttemptKey of(Job<?> job) {
            return new AttemptKey(job.key(), job.attempt().number());
        }
    }

    /** Fills free slots. Calls are begun outside the lock: what a call does while it begins is not ours to know. */
    private void fill() {
        for (Optional<Run> next = next(); next.isPresent(); next = next()) {
            begin(next.get());
        }
    }

    private synchronized Optional<Run> next() {
        long now = clock.millis();
        if (!governor.isOpen(running, now)) {
            return Optional.empty();
        }
        Optional<Lane> fairest =
                lanes.stream().filter(lane -> lane.canPay(now)).min(Comparator.comparingInt(lane -> lane.runs.size()));
        if (fairest.isEmpty()) {
            return Optional.empty();
        }
        Lane lane = fairest.get();
        Offer<Q> offer = lane.offered.element();
        if (!governor.take(offer.estimate(), now)) {
            return Optional.empty();
        }
        lane.offered.remove();
        lanes.remove(lane);
        lanes.add(lane);
        lane.purse.take(offer.estimate().money(), now);
        Run run = new Run(offer.job(), offer.estimate(), now, lane);
        lane.runs.add(run);
        running++;
        return Optional.of(run);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its completion is what whenComplete handles
    private void begin(Run run) {
        CompletionStage<CallResult<R>> result;
        try {
            result = Objects.requireNonNull(call.call(run.job.request(), run.job.attempt()));
        } catch (RuntimeException | Error e) {
            end(run, broken(e));
            return;
        }
        result.whenComplete((value, error) -> end(run, error != null || value == null ? broken(error) : value));
    }

    /** A call ended, or is taken to have: a result that comes after its time-out meets the fence of the task. */
    private void end(Run run, CallResult<R> result) {
        synchronized (this) {
            Lane lane = run.lane;
            long now = clock.millis();
            if (!run.ended) {
                run.ended = true;
                running--;
                governor.ended(run.startedAt, run.estimate, result, now);
                if (lane != null) {
                    lane.runs.remove(run);
                    lane.purse.giveBack(run.estimate.money(), result.spent().money(), now);
                }
            }
            if (lane == null) {
                run.result = result;
            } else {
                lane.finished.add(
                        new Finished<>(run.job.key(), run.job.attempt().number(), result));
            }
        }
        executor.execute(this::fill);
    }

    private void orphan(Run run) {
        run.lane = null;
        orphans.put(AttemptKey.of(run.job), run);
        if (orphans.size() > 2 * limits.inFlight()) {
            orphans.remove(orphans.keySet().iterator().next());
        }
    }

    /** The message is left out: it may hold a user's text. */
    private static <R> CallResult<R> broken(@Nullable Throwable error) {
        String name = error == null ? "no result" : error.getClass().getSimpleName();
        LOG.warn("A call ended with {} instead of a result; it is tried again.", name);
        LOG.debug("The call's error", error);
        return new CallResult.Retry<>("The call ended with " + name + ".", CallResult.Fault.BROKEN, null, Spend.NONE);
    }

    /** The part of one task. */
    final class Lane {
        private final Queue<Offer<Q>> offered = new ArrayDeque<>();
        private final Set<Run> runs = new LinkedHashSet<>();
        private final Queue<Finished<R>> finished = new ConcurrentLinkedQueue<>();
        private final Purse purse = new Purse(limits.moneyPerDay() / shares);
        private volatile int pending;

        /** How many more requests may be offered: enough to refill every slot between two looks of the task. */
        int room() {
            synchronized (CallPool.this) {
                return limits.inFlight() - offered.size();
            }
        }

        /** Offers an attempt; one that this instance began already in an earlier life of the task is taken up instead. */
        void offer(Job<Q> job) {
            synchronized (CallPool.this) {
                Run orphan = orphans.remove(AttemptKey.of(job));
                if (orphan == null) {
                    offered.add(new Offer<>(job, call.estimate(job.request())));
                } else if (orphan.result != null) {
                    finished.add(new Finished<>(job.key(), job.attempt().number(), orphan.result));
                } else {
                    orphan.lane = this;
                    runs.add(orphan);
                    purse.take(orphan.estimate.money(), clock.millis());
                }
            }
        }

        /** Takes offers back. */
        void withdraw(Set<String> keys) {
            synchronized (CallPool.this) {
                offered.removeIf(offer -> keys.contains(offer.job().key()));
            }
        }

        /** Has free slots filled from what was offered. */
        void dispatch() {
            executor.execute(CallPool.this::fill);
        }

        void setPending(int count) {
            pending = count;
        }

        /** Money was used in an earlier life of the task, or may have been. */
        void charge(long money) {
            synchronized (CallPool.this) {
                purse.charge(money, clock.millis());
            }
        }

        /** How many paid calls a crash of an earlier life may have cut off: this task's part of the slots. */
        int cutOffAtMost() {
            return limits.moneyPerDay() == 0 ? 0 : (limits.inFlight() + shares - 1) / shares;
        }

        long estimate(Q request) {
            return call.estimate(request).money();
        }

        /**
         * Whether the day's money is spent: not enough for the next call, no call runs that may give some back, and the task
         * has taken up every result.
         */
        boolean isBroke() {
            synchronized (CallPool.this) {
                return runs.isEmpty() && finished.isEmpty() && !offered.isEmpty() && !canPay(clock.millis());
            }
        }

        private boolean canPay(long now) {
            Offer<Q> next = offered.peek();
            return next != null
                    && (limits.moneyPerDay() == 0 || purse.has(next.estimate().money(), now));
        }

        @Nullable
        Finished<R> poll() {
            return finished.poll();
        }

        /** Takes the slots of calls that have run too long; their results, should they still come, are fenced. */
        void expire(Duration limit) {
            List<Run> overdue;
            synchronized (CallPool.this) {
                long before = clock.millis() - limit.toMillis();
                overdue = runs.stream().filter(run -> run.startedAt <= before).toList();
            }
            for (Run run : overdue) {
                end(
                        run,
                        new CallResult.Retry<>(
                                "The call did not end within " + limit.toSeconds() + " s.",
                                CallResult.Fault.TIMED_OUT,
                                null,
                                run.estimate));
            }
        }

        /** The task is gone. Its calls run on, and keep their slots until they end. */
        void close() {
            synchronized (CallPool.this) {
                lanes.remove(this);
                offered.clear();
                runs.forEach(CallPool.this::orphan);
                runs.clear();
                governor.tasks(lanes.size(), clock.millis());
            }
        }
    }
}
