package dev.touchstone.scorer.scoring;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.VersionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. One thread of its own scores batch after batch and exchanges models between two batches: a batch is always
 * scored by one version, and a version is freed when nothing can use it any more. Another thread hands out what was
 * scored, so that the next batch begins at once.
 *
 * <p>Requests that come while a batch is computed for the same version make up the next one together, those of HTTP first:
 * nobody waits for company, and a busy model has full batches. A request whose result is cancelled or completed from outside leaves the queue at once.
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

    /**
     * A request.
     *
     * @param version null for the champion
     * @param candidates its texts
     * @param encoding by the version that was in memory when it came; null if none was
     * @param admitted whether it takes room, which it gives back before anybody hears of its end
     * @param result what the caller waits for
     */
    private record Job(
            @Nullable VersionKey version,
            List<Candidate> candidates,
            @Nullable Encoding encoding,
            boolean admitted,
            CompletableFuture<ScoredBatch> result) {}

    /** Touched by the scoring thread only. Whether there was no room for what waits beside HTTP: then it goes first once, so that no load keeps it waiting. */
    private boolean passedOver;

    /** Touched by the scoring thread only, like the one before. Texts of HTTP in the batch before, whose clients may be about to ask again. */
    private int answeredLately;

    private final ServedModels models;

    /**
     * @param capacity how many texts of {@link #tryScore} may wait or be scored at a time, at least 1
     * @param places how many versions may be in memory beside the champion, at least 0
     * @param metrics where times are noted
     */
    public ScoringEngine(int capacity, int places, ScorerMetrics metrics) {
        this.capacity = capacity;
        models = new ServedModels(places);
        this.metrics = metrics;
        room = new Semaphore(capacity);
    }

    /** The version that serves; empty before the first one is there. */
    public Optional<ModelInfo> serving() {
        return models.champion();
    }

    /** The versions in memory beside the one that serves, in no order. */
    public List<ModelInfo> beside() {
        return models.besideChampion();
    }

    /** How many versions may be in memory beside the one that serves. */
    public int places() {
        return models.places();
    }

    /** How many texts of {@link #tryScore} and {@link #scoreWhenRoom} wait or are scored. */
    public int texts() {
        return capacity - room.availablePermits();
    }

    /** Whether a version can be asked at this moment. */
    public boolean has(VersionKey version) {
        return models.has(version);
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
                    boolean swapped = models.install(next);
                    firstModel.countDown();
                    if (swapped) {
                        metrics.swapped();
                    }
                },
                thread);
    }

    /**
     * Puts a version beside the one that serves, for those who ask for it; the one there that has not scored for the longest
     * time makes room. The engine owns the model from here.
     *
     * @return completes when it can be asked
     */
    public CompletableFuture<Void> place(LoadedModel model) {
        return CompletableFuture.runAsync(() -> models.place(model), thread);
    }

    /**
     * Scores a batch as soon as those before it are done. For a caller that has one batch on the way at a time.
     *
     * @param version null for the champion
     * @return fails with {@link NoModelException} if no model serves, with {@link VersionUnavailableException} if the version
     *     is not in memory
     */
    public CompletableFuture<ScoredBatch> score(@Nullable VersionKey version, List<Candidate> candidates) {
        return enqueue(job(version, candidates, false), others);
    }

    /**
     * Scores texts as soon as those before them are done, before what {@link #score} was given, if they may wait.
     *
     * @param version null for the champion
     * @return fails as that of {@link #score}
     * @throws QueueFullException if too many texts wait already
     * @throws NoModelException if no model serves
     */
    public CompletableFuture<ScoredBatch> tryScore(@Nullable VersionKey version, List<Candidate> candidates) {
        requireModel();
        if (!room.tryAcquire(candidates.size())) {
            throw new QueueFullException(capacity);
        }
        return enqueue(job(version, candidates, true), urgent);
    }

    /**
     * The same, but waits for room.
     *
     * @param patience how long; after that {@link QueueFullException}
     */
    public CompletableFuture<ScoredBatch> scoreWhenRoom(
            @Nullable VersionKey version, List<Candidate> candidates, Duration patience) throws InterruptedException {
        requireModel();
        if (candidates.size() > capacity || !room.tryAcquire(candidates.size(), patience.toNanos(), NANOSECONDS)) {
            throw new QueueFullException(capacity);
        }
        return enqueue(job(version, candidates, true), urgent);
    }

    private void requireModel() {
        if (models.champion().isEmpty()) {
            throw new NoModelException();
        }
    }

    /** The caller's thread encodes: the one that scores has more to do. */
    private Job job(@Nullable VersionKey version, List<Candidate> candidates, boolean admitted) {
        List<Candidate> copy = List.copyOf(candidates);
        return new Job(version, copy, models.encode(version, copy), admitted, new CompletableFuture<>());
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

    /** Takes jobs of one version, that of the first; others keep their places in the queue. Returns the number of texts. */
    private int gather(Queue<Job> queue, List<Job> jobs, int texts, int most) {
        int sum = texts;
        for (Job next : queue) {
            int size = next.candidates().size();
            if (!next.result().isDone() && !jobs.isEmpty()) {
                if (!Objects.equals(next.version(), jobs.get(0).version())) {
                    continue;
                }
                if (sum + size > most) {
                    return sum;
                }
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
        thread.execute(models::free);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                // What it scores yet is still handed out: nobody is left without an answer.
                LOG.warn("Scoring did not end within 30 s; its model is not freed.");
                return;
            }
            answers.shutdown();
            if (!answers.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("Answers were not handed out within 10 s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ScoredBatch scoreNow(List<Job> jobs) {
        LoadedModel serving = serving(jobs.get(0).version());
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

    private LoadedModel serving(@Nullable VersionKey version) {
        LoadedModel model = models.use(version);
        if (model != null) {
            return model;
        }
        throw version == null
                ? new NoModelException()
                : new VersionUnavailableException(
                        VersionUnavailableException.Because.NOT_LOADED,
                        "Version " + version + " has just made room for another one: ask again.");
    }
}
