package dev.touchstone.scorer.scoring;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.RawScore;
import dev.touchstone.scorer.model.TextRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. One thread of its own scores batch after batch and exchanges the model between two batches: a batch is always
 * scored by one version, and the old version is freed when nothing can use it any more.
 *
 * <p>Requests that come while a batch is computed make up the next one together, those of HTTP first: nobody waits for company,
 * and a busy model has full batches. A request whose result is cancelled or completed from outside leaves the queue at once.
 */
public final class ScoringEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScoringEngine.class);
    /** Texts of a batch, unless a single request has more. */
    private static final int BATCH = 256;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "scoring"));
    private final CountDownLatch firstModel = new CountDownLatch(1);
    private final ScorerMetrics metrics;
    private final Semaphore room;
    private final int capacity;
    private final Queue<Job> urgent = new ConcurrentLinkedQueue<>();
    private final Queue<Job> others = new ConcurrentLinkedQueue<>();

    /** @param admitted whether it takes room, which it gives back before anybody hears of its end */
    private record Job(List<Candidate> candidates, boolean admitted, CompletableFuture<ScoredBatch> result) {}

    /** Touched by the scoring thread only, like the next one. */
    private @Nullable LoadedModel model;

    /** Whether there was no room for what waits beside HTTP: then it goes first once, so that no load keeps it waiting. */
    private boolean passedOver;

    private volatile @Nullable ModelInfo info;

    /**
     * @param capacity how many texts of {@link #tryScore} may wait or be scored at a time, at least 1
     * @param metrics where times are noted
     */
    public ScoringEngine(int capacity, ScorerMetrics metrics) {
        this.capacity = capacity;
        this.metrics = metrics;
        room = new Semaphore(capacity);
    }

    /** The version that serves; empty before the first one is there. */
    public Optional<ModelInfo> serving() {
        return Optional.ofNullable(info);
    }

    /** Waits until a model serves. Returns whether one does. */
    public boolean awaitModel(long timeout, TimeUnit unit) throws InterruptedException {
        return firstModel.await(timeout, unit);
    }

    /**
     * Lets another version serve, from the next batch on, and frees the one before. The engine owns the model from here.
     *
     * @return completes when the version serves
     */
    public CompletableFuture<Void> install(LoadedModel next) {
        return CompletableFuture.runAsync(
                () -> {
                    LoadedModel previous = model;
                    model = next;
                    info = next.info();
                    firstModel.countDown();
                    if (previous != null) {
                        metrics.swapped();
                        previous.close();
                    }
                },
                thread);
    }

    /**
     * Scores a batch as soon as those before it are done. For a caller that has one batch on the way at a time.
     *
     * @return fails with {@link NoModelException} if no model serves
     */
    public CompletableFuture<ScoredBatch> score(List<Candidate> candidates) {
        return enqueue(new Job(List.copyOf(candidates), false, new CompletableFuture<>()), others);
    }

    /**
     * Scores texts as soon as those before them are done, before what {@link #score} was given, if they may wait.
     *
     * @return fails with {@link NoModelException} if no model serves
     * @throws QueueFullException if too many texts wait already
     * @throws NoModelException if no model serves
     */
    public CompletableFuture<ScoredBatch> tryScore(List<Candidate> candidates) {
        requireModel();
        if (!room.tryAcquire(candidates.size())) {
            throw new QueueFullException(capacity);
        }
        return enqueue(new Job(List.copyOf(candidates), true, new CompletableFuture<>()), urgent);
    }

    /**
     * The same, but waits for room.
     *
     * @param patience how long; after that {@link QueueFullException}
     */
    public CompletableFuture<ScoredBatch> scoreWhenRoom(List<Candidate> candidates, Duration patience)
            throws InterruptedException {
        requireModel();
        if (candidates.size() > capacity || !room.tryAcquire(candidates.size(), patience.toNanos(), NANOSECONDS)) {
            throw new QueueFullException(capacity);
        }
        return enqueue(new Job(List.copyOf(candidates), true, new CompletableFuture<>()), urgent);
    }

    private void requireModel() {
        if (info == null) {
            throw new NoModelException();
        }
    }

    private CompletableFuture<ScoredBatch> enqueue(Job job, Queue<Job> queue) {
        queue.add(job);
        try {
            thread.execute(this::scoreWaiting);
        } catch (RejectedExecutionException e) {
            if (queue.remove(job)) {
                leave(job);
            }
            throw e;
        }
        job.result().whenComplete((batch, error) -> {
            if (error != null && queue.remove(job)) {
                leave(job); // cancelled, or too late
            }
        });
        return job.result();
    }

    /** Every request asks for one such turn, so that none is forgotten; a turn whose request went with an earlier one is over at once. */
    private void scoreWaiting() {
        List<Job> jobs = new ArrayList<>();
        if (passedOver) {
            gather(urgent, jobs, gather(others, jobs, 0));
        } else {
            gather(others, jobs, gather(urgent, jobs, 0));
        }
        passedOver = !others.isEmpty();
        if (jobs.isEmpty()) {
            return;
        }
        try {
            List<Candidate> all =
                    jobs.stream().flatMap(job -> job.candidates().stream()).toList();
            ScoredBatch batch = scoreNow(all);
            int from = 0;
            for (Job job : jobs) {
                int to = from + job.candidates().size();
                leave(job);
                job.result()
                        .complete(
                                new ScoredBatch(batch.model(), batch.outcomes().subList(from, to)));
                from = to;
            }
        } catch (Throwable e) {
            jobs.forEach(job -> {
                leave(job);
                job.result().completeExceptionally(e);
            });
        }
    }

    private void leave(Job job) {
        if (job.admitted()) {
            room.release(job.candidates().size());
        }
    }

    private int gather(Queue<Job> queue, List<Job> jobs, int texts) {
        int sum = texts;
        for (Job next = queue.peek(); next != null; next = queue.peek()) {
            int size = next.candidates().size();
            if (!next.result().isDone() && !jobs.isEmpty() && sum + size > BATCH) {
                return sum;
            }
            // Whoever removes a job has it: it may be cancelled at this moment.
            if (queue.remove(next)) {
                if (next.result().isDone()) {
                    leave(next);
                } else {
                    jobs.add(next);
                    sum += size;
                }
            }
        }
        return sum;
    }

    /** Scores what waits, frees the model and takes nothing more. Called once or more, by one thread at a time. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        thread.execute(this::free);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("Scoring did not end within 30 s; its model is not freed.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void free() {
        if (model != null) {
            model.close();
            model = null;
            info = null;
        }
    }

    private ScoredBatch scoreNow(List<Candidate> candidates) {
        LoadedModel serving = model;
        if (serving == null) {
            throw new NoModelException();
        }
        if (candidates.isEmpty()) {
            return new ScoredBatch(serving.info(), List.of());
        }
        long begin = System.nanoTime();
        List<Outcome> outcomes = outcomes(serving, new Judge(serving.info()), candidates);
        metrics.batch(System.nanoTime() - begin);
        return new ScoredBatch(serving.info(), outcomes);
    }

    /** A batch that fails is scored again one by one, so that one bad text costs no other its reward. */
    private static List<Outcome> outcomes(LoadedModel model, Judge judge, List<Candidate> candidates) {
        try {
            List<RawScore> scores =
                    model.score(candidates.stream().map(judge::input).toList());
            return IntStream.range(0, candidates.size())
                    .mapToObj(i -> judge.outcome(candidates.get(i), scores.get(i)))
                    .toList();
        } catch (RuntimeException e) {
            if (candidates.size() > 1) {
                return candidates.stream()
                        .flatMap(candidate -> outcomes(model, judge, List.of(candidate)).stream())
                        .toList();
            }
            if (e instanceof TextRefusedException) {
                return List.of(Outcome.unscored(RewardStatus.INVALID, String.valueOf(e.getMessage())));
            }
            LOG.error(
                    "The model {} failed on a text of {} characters",
                    model.info().versionId(),
                    candidates.get(0).text().completion().length(),
                    e);
            return List.of(Outcome.unscored(RewardStatus.FAILED, "The model failed on this text."));
        }
    }
}
