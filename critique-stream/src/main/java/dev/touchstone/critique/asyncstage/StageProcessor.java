package dev.touchstone.critique.asyncstage;

import dev.touchstone.critique.asyncstage.CallPool.Finished;
import dev.touchstone.critique.asyncstage.CallPool.Job;
import dev.touchstone.critique.asyncstage.StageListener.Event;
import dev.touchstone.critique.state.BoundedCache;
import dev.touchstone.critique.state.SavedHeader;
import dev.touchstone.critique.state.Valve;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stream thread only, as every processor: it alone changes state. A call's completion does no more than enqueue its result.
 * Forwarding to the waiters, filling the cache and deleting the pending row happen in one step, hence in one transaction.
 */
final class StageProcessor<Q, W, R> implements Processor<String, Ask<Q, W>, String, Answer<W, R>> {
    private static final Logger LOG = LoggerFactory.getLogger(StageProcessor.class);
    private static final char SEPARATOR = '/';

    private final String name;
    private final StageSettings settings;
    private final CallPool<Q, R> pool;
    private final Valve valve;
    private final StageListener listener;
    private final Backoff backoff;

    /** Keys whose next attempt may begin, in order. */
    private final Deque<String> due = new ArrayDeque<>();
    /** Keys whose next attempt must wait. */
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::at));

    private ProcessorContext<String, Answer<W, R>> context;
    private KeyValueStore<String, PendingRow<Q>> pending;
    private KeyValueStore<String, WaiterRow<W>> waiters;
    private BoundedCache<R> cache;
    private SpendBook spent;
    private CallPool<Q, R>.Lane lane;
    private @Nullable Cancellable ticker;
    /** The input partition, while it is shut. */
    private @Nullable TopicPartition shut;

    private int pendingCount;
    /** Waiters that go without an answer when the day's money is spent. */
    private int impatientCount;
    /** Money of calls that a crash cut off, not yet in the store. */
    private long cutOff;

    private boolean broke;

    private record Timer(long at, String key) {}

    @SuppressWarnings("NullAway.Init") // init() is the second half of a processor's constructor
    StageProcessor(
            String name,
            StageSettings settings,
            CallPool<Q, R> pool,
            Valve valve,
            StageListener listener,
            RandomGenerator random) {
        this.name = name;
        this.settings = settings;
        this.pool = pool;
        this.valve = valve;
        this.listener = listener;
        this.backoff = new Backoff(settings.backoffBase(), settings.backoffCap(), random);
    }

    @Override
    public void init(ProcessorContext<String, Answer<W, R>> context) {
        this.context = context;
        pending = context.getStateStore(AsyncStage.pendingStore(name));
        waiters = context.getStateStore(AsyncStage.waitersStore(name));
        cache = new BoundedCache<>(
                context.getStateStore(AsyncStage.cacheStore(name)),
                settings.cacheRetention(),
                settings.cacheMaxEntries());
        spent = new SpendBook(context.getStateStore(AsyncStage.spendStore(name)));
        lane = pool.open();
        restore();
    }

    /** What was in flight when the task last ran is called again: its results are lost, its price is not. */
    private void restore() {
        int cutOffAtMost = lane.cutOffAtMost();
        try (KeyValueIterator<String, PendingRow<Q>> rows = pending.all()) {
            rows.forEachRemaining(row -> {
                if (timers.size() < cutOffAtMost) {
                    cutOff += lane.estimate(row.value.request());
                }
                timers.add(new Timer(row.value.nextAttemptAt(), row.key));
            });
        }
        try (KeyValueIterator<String, WaiterRow<W>> rows = waiters.all()) {
            rows.forEachRemaining(row -> impatientCount += row.value.impatient() ? 1 : 0);
        }
        lane.charge(spent.ofDay(context.currentSystemTimeMs()) + cutOff);
        if (!timers.isEmpty()) {
            LOG.info("Task {} takes up {} pending requests.", context.taskId(), timers.size());
            count(timers.size());
        }
    }

    @Override
    public void process(Record<String, Ask<Q, W>> record) {
        long now = context.currentSystemTimeMs();
        String key = record.key();
        Ask<Q, W> ask = record.value();
        R known = cache.get(key, now);
        if (known != null) {
            listener.on(Event.CACHED);
            context.forward(
                    record.withKey(ask.waiterId()).withValue(new Answer<>(ask.waiter(), Outcome.done(known, 0))));
        } else {
            WaiterRow<W> waiter = new WaiterRow<>(
                    ask.waiter(),
                    ask.waiterId(),
                    record.timestamp(),
                    SavedHeader.of(record.headers()),
                    ask.impatient());
            boolean isNew = waiters.putIfAbsent(key + SEPARATOR + ask.waiterId(), waiter) == null;
            impatientCount += isNew && ask.impatient() ? 1 : 0;
            if (pending.get(key) == null) {
                pending.put(key, PendingRow.first(ask.request(), now));
                due.add(key);
                count(1);
            } else {
                listener.on(Event.COALESCED);
            }
        }
        work();
        throttle();
    }

    /** Shuts the input while too much is pending. */
    private void throttle() {
        if (pendingCount > settings.maxPending() && shut == null) {
            shut = context.recordMetadata()
                    .map(source -> new TopicPartition(source.topic(), source.partition()))
                    .orElse(null);
            if (shut != null) {
                valve.set(shut, true);
            }
        }
    }

    private void unthrottle() {
        if (shut != null) {
            valve.set(shut, false);
            shut = null;
        }
    }

    private void tick() {
        lane.expire(settings.attemptLimit());
        if (cutOff > 0) {
            spent.add(cutOff, context.currentSystemTimeMs());
            cutOff = 0;
        }
        work();
        // Limits let more through as time passes, though nothing else happens.
        lane.dispatch();
        goWithoutMoney();
        if (pendingCount <= settings.maxPending()) {
            unthrottle();
        }
        if (pendingCount == 0 && ticker != null) {
            ticker.cancel();
            ticker = null;
        }
    }

    /** Takes up results, then offers what may begin. */
    private void work() {
        for (Finished<R> finished = lane.poll(); finished != null; finished = lane.poll()) {
            settle(finished);
        }
        long now = context.currentSystemTimeMs();
        for (Timer timer = timers.peek(); timer != null && timer.at() <= now; timer = timers.peek()) {
            due.add(timers.remove().key());
        }
        boolean offered = false;
        for (int room = lane.room(); room > 0 && !due.isEmpty(); room--) {
            String key = due.remove();
            PendingRow<Q> row = pending.get(key);
            if (row != null) {
                lane.offer(new Job<>(key, row.request(), new Attempt(row.attempt(), row.repair())));
                offered = true;
            }
        }
        if (offered) {
            lane.dispatch();
        }
    }

    private void settle(Finished<R> finished) {
        String key = finished.key();
        PendingRow<Q> row = pending.get(key);
        spent.add(finished.result().spent().money(), context.currentSystemTimeMs());
        if (row == null || row.attempt() != finished.attempt()) {
            listener.on(Event.FENCED);
            return;
        }
        CallResult<R> result = finished.result();
        if (result instanceof CallResult.Success<R> success) {
            if (success.cacheable()) {
                cache.put(key, success.value(), context.currentSystemTimeMs());
            }
            end(key, Event.SUCCEEDED, Outcome.done(success.value(), row.attempt()));
        } else if (result instanceof CallResult.Permanent<R> permanent) {
            fail(key, row, Event.REFUSED, Outcome.Status.REFUSED, permanent.reason());
        } else if (result instanceof CallResult.Unparsable<R> unparsable) {
            if (row.repair()) {
                fail(key, row, Event.UNPARSABLE, Outcome.Status.UNPARSABLE, unparsable.reason());
            } else {
                again(key, row.after(0, true, context.currentSystemTimeMs(), unparsable.reason()), Event.REPAIRED);
            }
        } else if (result instanceof CallResult.Retry<R> retry) {
            retry(key, row, retry);
        }
    }

    private void retry(String key, PendingRow<Q> row, CallResult.Retry<R> retry) {
        long now = context.currentSystemTimeMs();
        boolean blameless = retry.fault().isBlameless();
        int failures = blameless ? 0 : 1;
        boolean tooOld = now - row.firstSeenAt() > settings.maxAge().toMillis();
        if (tooOld || row.failures() + failures >= settings.maxAttempts()) {
            fail(key, row, Event.EXHAUSTED, Outcome.Status.EXHAUSTED, retry.reason());
            return;
        }
        Duration after = retry.after();
        long pause = after == null ? backoff.pauseMs(row.attempt()) : after.toMillis();
        again(
                key,
                row.after(failures, row.repair(), now + pause, retry.reason()),
                blameless ? Event.THROTTLED : Event.RETRIED);
    }

    private void again(String key, PendingRow<Q> row, Event event) {
        pending.put(key, row);
        timers.add(new Timer(row.nextAttemptAt(), key));
        listener.on(event);
    }

    private void fail(String key, PendingRow<Q> row, Event event, Outcome.Status status, String reason) {
        end(key, event, Outcome.failed(status, reason, row.attempt()));
    }

    private void end(String key, Event event, Outcome<R> outcome) {
        List<KeyValue<String, WaiterRow<W>>> rows = new ArrayList<>();
        try (KeyValueIterator<String, WaiterRow<W>> found =
                waiters.prefixScan(key + SEPARATOR, new StringSerializer())) {
            found.forEachRemaining(rows::add);
        }
        rows.forEach(row -> answer(row, outcome));
        pending.delete(key);
        listener.on(event);
        count(-1);
    }

    private void answer(KeyValue<String, WaiterRow<W>> row, Outcome<R> outcome) {
        WaiterRow<W> waiter = row.value;
        // In a punctuation the context knows no record: timestamp and headers are the waiter's own.
        context.forward(new Record<>(
                waiter.waiterId(),
                new Answer<>(waiter.waiter(), outcome),
                waiter.timestamp(),
                SavedHeader.restore(waiter.headers())));
        waiters.delete(row.key);
        impatientCount -= waiter.impatient() ? 1 : 0;
    }

    /** When the day's money is spent, those go who would rather have no answer; the others wait for the next day. */
    private void goWithoutMoney() {
        boolean before = broke;
        broke = lane.isBroke();
        if (broke && !before) {
            LOG.warn("The day's money of task {} is spent: calls go on at 00:00 UTC.", context.taskId());
        }
        if (!broke || impatientCount == 0) {
            return;
        }
        Map<String, List<KeyValue<String, WaiterRow<W>>>> leaving = new LinkedHashMap<>();
        Set<String> patient = new HashSet<>();
        try (KeyValueIterator<String, WaiterRow<W>> rows = waiters.all()) {
            rows.forEachRemaining(row -> {
                String key = row.key.substring(0, row.key.indexOf(SEPARATOR));
                if (row.value.impatient()) {
                    leaving.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
                } else {
                    patient.add(key);
                }
            });
        }
        leaving.forEach((key, rows) -> {
            PendingRow<Q> row = pending.get(key);
            Outcome<R> outcome = Outcome.failed(
                    Outcome.Status.UNAFFORDABLE, "The money for today is spent.", row == null ? 0 : row.attempt() - 1);
            rows.forEach(waiter -> answer(waiter, outcome));
            listener.on(Event.UNAFFORDABLE);
        });
        leaving.keySet().removeAll(patient);
        forget(leaving.keySet());
    }

    /** Nobody waits for these any more, and none of them runs. */
    private void forget(Set<String> keys) {
        lane.withdraw(keys);
        due.removeIf(keys::contains);
        timers.removeIf(timer -> keys.contains(timer.key()));
        keys.forEach(pending::delete);
        count(-keys.size());
    }

    private void count(int more) {
        pendingCount += more;
        lane.setPending(pendingCount);
        // An idle task that ticks would commit a transaction at every tick.
        if (pendingCount > 0 && ticker == null) {
            ticker = context.schedule(settings.tick(), PunctuationType.WALL_CLOCK_TIME, now -> tick());
        }
    }

    @Override
    public void close() {
        unthrottle();
        lane.close();
    }
}
