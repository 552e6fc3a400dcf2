package dev.touchstone.scorer.scoring;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
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
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. One thread of its own scores batch after batch and exchanges the model between two batches: a batch is always
 * scored by one version, and the old version is freed when nothing can use it any more. Another thread hands out what was
 * scored, so that the next batch begins at once.
 *
 * <p>Requests that come while a batch is computed make up the next one together, those of HTTP first: nobody waits for company,
 * and a busy model has full batches. A request whose result is cancelled or completed from outside leaves the queue at once.
 * Clients that ask again when they are answered would all be in one batch, and the model idle while they are answered: of them
 * a batch takes about half.
 */
public final class ScoringEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScoringEngine.class);
    /** Texts of a batch, unless a single request has more. */
    private static final int BATCH = 256;
    /** Texts below which a batch is not divided: it would gain less than it costs. */
    private static final int UNDIVIDED = 16;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "scoring"));
    private final ExecutorService answers = Executors.newSingleThreadExecutor(task -> new Thread(task, "answers"));
    private final CountDownLatch firstModel = new CountDownLatch(1);
    private final ScorerMetrics metrics;
    private final Semaphore room;
    private final int capacity;
    private final Queue<Job> urgent = new ConcurrentLinkedQueue<>();
    private final Queue<Job> others = new ConcurrentLinkedQueue<>();

    /** As many threads may encode as leave a core to the one that scores: many callers at once would starve it. */
    private final Semaphore encoders =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    /** Read by those who encode, so that the model is not freed meanwhile; written by the scoring thread. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    /**
     * A request.
     *
     * @param candidates its texts
     * @param encoding by the version that served when it came; null if none did
     * @param admitted whether it takes room, which it gives back before anybody hears of its end
     * @param result what the caller waits for
     */
    private record Job(
            List<Candidate> candidates,
            @Nullable Encoding encoding,
            boolean admitted,
            CompletableFuture<ScoredBatch> result) {}

    /** Changed by the scoring thread only, under the lock. */
    private volatile @Nullable LoadedModel model;

    /** Touched by the scoring thread only. Whether there was no room for what waits beside HTTP: then it goes first once, so that no load keeps it waiting. */
    private boolean passedOver;

    /** Touched by the scoring thread only, like the one before. Texts of HTTP in the batch before, whose clients may be about to ask again. */
    private int answeredLately;

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
                    LoadedModel previous = exchange(next);
                    firstModel.countDown();
                    if (previous != null) {
                        metrics.swapped();
                        previous.close();
                    }
                },
                thread);
    }

    /** Nobody encodes with the model that is given back any more. */
    private @Nullable LoadedModel exchange(@Nullable LoadedModel next) {
        use.writeLock().lock();
        try {
            LoadedModel previous = model;
            model = next;
            info = next == null ? null : next.info();
            return previous;
        } finally {
            use.writeLock().unlock();
        }
    }

    /**
     * Scores a batch as soon as those before it are done. For a caller that has one batch on the way at a time.
     *
     * @return fails with {@link NoModelException} if no model serves
     */
    public CompletableFuture<ScoredBatch> score(List<Candidate> candidates) {
        return enqueue(job(candidates, false), others);
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
        return enqueue(job(candidates, true), urgent);
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
        return enqueue(job(candidates, true), urgent);
    }

    private void requireModel() {
        if (info == null) {
            throw new NoModelException();
        }
    }

    /** The caller's thread encodes: the one that scores has more to do. */
    private Job job(List<Candidate> candidates, boolean admitted) {
        List<Candidate> copy = List.copyOf(candidates);
        encoders.acquireUninterruptibly();
        use.readLock().lock();
        try {
            LoadedModel serving = model;
            Encoding encoding = serving == null ? null : Encoding.of(serving, copy);
            return new Job(copy, encoding, admitted, new CompletableFuture<>());
        } finally {
            use.readLock().unlock();
            encoders.release();
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
        int most = shareOfHttp();
        if (passedOver) {
            gather(urgent, jobs, gather(others, jobs, 0, BATCH), most);
        } else {
            gather(others, jobs, gather(urgent, jobs, 0, most), BATCH);
        }
        passedOver = !others.isEmpty();
        answeredLately = jobs.stream()
                .filter(Job::admitted)
                .mapToInt(job -> job.candidates().size())
                .sum();
        if (jobs.isEmpty()) {
            return;
        }
        try {
            ScoredBatch batch = scoreNow(jobs);
            answers.execute(() -> answer(jobs, batch));
        } catch (Throwable e) {
            answers.execute(() -> jobs.forEach(job -> {
                leave(job);
                job.result().completeExceptionally(e);
            }));
        }
    }

    private int shareOfHttp() {
        int waiting = urgent.stream().mapToInt(job -> job.candidates().size()).sum();
        return Math.max(UNDIVIDED, Math.min(BATCH, (waiting + answeredLately + 1) / 2));
    }

    private void answer(List<Job> jobs, ScoredBatch batch) {
        int from = 0;
        for (Job job : jobs) {
            int to = from + job.candidates().size();
            leave(job);
            job.result()
                    .complete(new ScoredBatch(batch.model(), batch.outcomes().subList(from, to)));
            from = to;
        }
    }

    private void leave(Job job) {
        if (job.admitted()) {
            room.release(job.candidates().size());
        }
    }

    private int gather(Queue<Job> queue, List<Job> jobs, int texts, int most) {
        int sum = texts;
        for (Job next = queue.peek(); next != null; next = queue.peek()) {
            int size = next.candidates().size();
            if (!next.result().isDone() && !jobs.isEmpty() && sum + size > most) {
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
            answers.shutdown();
            if (!answers.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("Answers were not handed out within 10 s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void free() {
        LoadedModel last = exchange(null);
        if (last != null) {
            last.close();
        }
    }

    private ScoredBatch scoreNow(List<Job> jobs) {
        LoadedModel serving = model;
        if (serving == null) {
            throw new NoModelException();
        }
        long begin = System.nanoTime();
        List<Encoding.Text> texts = new ArrayList<>();
        for (Job job : jobs) {
            Encoding encoding = job.encoding();
            if (encoding == null || encoding.model() != serving) {
                encoding = Encoding.of(serving, job.candidates());
            }
            texts.addAll(encoding.texts());
        }
        List<Outcome> outcomes = Encoding.score(serving, texts);
        metrics.batch(System.nanoTime() - begin);
        return new ScoredBatch(serving.info(), outcomes);
    }
}
