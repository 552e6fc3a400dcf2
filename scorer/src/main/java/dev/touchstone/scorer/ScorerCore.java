package dev.touchstone.scorer;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Refusal;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.scorer.dashboard.Dashboard;
import dev.touchstone.scorer.dashboard.LagReader;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.http.RewardService;
import dev.touchstone.scorer.model.ModelLoader;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import dev.touchstone.scorer.status.Status;
import dev.touchstone.scorer.status.StatusBoard;
import dev.touchstone.scorer.stream.ModelFollower;
import dev.touchstone.scorer.stream.RewardLoop;
import dev.touchstone.scorer.stream.StreamedRewards;
import dev.touchstone.scorer.stream.TopicTail;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. The scorer without a container: one thread each for the loop of rewards, the follower of models, the board,
 * the rewards that requests wait for, and scoring. If one of them dies, {@link #failure} says so, and the process should end.
 */
public final class ScorerCore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScorerCore.class);
    private static final Duration BROKER_PATIENCE = Duration.ofSeconds(30);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final ScorerSettings settings;
    private final TopicCatalogue topics;
    private final ScoringEngine engine;
    private final ModelFollower follower;
    private final StatusBoard board;
    private final Dashboard dashboard;
    private final StreamedRewards stream;
    private final RewardService rewards;
    private final Runnable gauges;
    private final LagReader lags;
    private final ScorerMetrics metrics;
    private final Clock clock;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private boolean closed;

    /**
     * @param settings what to do
     * @param loader brings checkpoints into memory
     * @param metrics where figures are noted
     * @param clock what time it is
     */
    public ScorerCore(ScorerSettings settings, ModelLoader loader, ScorerMetrics metrics, Clock clock) {
        this.settings = settings;
        this.metrics = metrics;
        this.clock = clock;
        topics = new TopicCatalogue(settings.topicPrefix());
        engine = new ScoringEngine(settings.queueItems(), settings.versionsBeside(), metrics);
        follower = new ModelFollower(
                settings.kafka(), topics, settings.modelId(), settings.serve(), loader, engine, clock);
        board = new StatusBoard(clock);
        dashboard = new Dashboard(settings.kafka(), topics, settings.modelId(), board, clock);
        stream = new StreamedRewards(settings.kafka(), topics);
        rewards = new RewardService(engine, follower, stream, metrics, clock, UUID::randomUUID);
        lags = new LagReader(settings.kafka(), topics, settings.modelId());
        gauges = metrics.watch(
                engine::texts, stream::waiting, () -> engine.serving().isPresent(), lags);
    }

    /** Starts and returns at once; trouble with the brokers comes through {@link #failure}. */
    public synchronized void start() {
        spawn("start", this::startParts);
    }

    /** What scores. */
    public ScoringEngine engine() {
        return engine;
    }

    /** Our own way of asking for rewards. */
    public RewardService rewards() {
        return rewards;
    }

    /** Finds and loads versions that are asked for by name. */
    public VersionSource versions() {
        return follower;
    }

    /** Where figures are noted. */
    public ScorerMetrics metrics() {
        return metrics;
    }

    /** What is known now. */
    public Status status() {
        return board.status(engine.serving(), follower.problem());
    }

    /**
     * What the page shows, by part; a part that has not changed is the same object as before.
     *
     * @throws ApiException if this scorer has no page
     */
    public Map<String, Object> dashboard() {
        if (!settings.page()) {
            throw new ApiException(
                    404, "no_page", "This scorer has no page: ask another one, or set touchstone.page=true here.");
        }
        return dashboard.parts(engine.serving(), follower.problem(), lags.lags());
    }

    /** Completes with the cause when a part has died; {@link UserError} if the user can mend it. */
    public CompletableFuture<Throwable> failure() {
        return failure;
    }

    /** Ends what is being done, commits or takes back the open transaction, and frees the model. */
    @Override
    public void close() {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            running = List.copyOf(threads);
            for (AutoCloseable part : parts) {
                closeQuietly(part);
            }
        }
        running.forEach(ScorerCore::await);
        stream.close();
        engine.close();
        gauges.run();
    }

    private void startParts() {
        List<String> missing = new TopicAdmin(settings.kafka(), BROKER_PATIENCE).missing(topics);
        if (!missing.isEmpty()) {
            throw new UserError("These topics are missing, or this user may not see them: "
                    + String.join(", ", missing)
                    + ": create them with ./touchstone topics --create, or let the user describe them.");
        }
        openParts();
    }

    private synchronized void openParts() {
        if (closed) {
            return;
        }
        TopicTail models = new TopicTail(
                settings.kafka(),
                Map.of(
                        topics.models().name(),
                        TopicTail.ALL,
                        topics.checkpoints().name(),
                        TopicTail.ALL),
                follower);
        TopicTail given = new TopicTail(settings.kafka(), StreamedRewards.reach(topics), stream);
        RewardLoop loop = new RewardLoop(
                settings.kafka(), settings.topicPrefix(), settings.instanceId(), engine, follower, metrics, clock);
        parts.addAll(List.of(loop, models, given, lags));
        spawn("rewards", loop);
        spawn("models", models);
        spawn("given", given);
        spawn("lags", lags);
        if (settings.page()) {
            TopicTail shown = new TopicTail(settings.kafka(), Dashboard.reach(topics), dashboard);
            parts.add(shown);
            spawn("board", shown);
        }
    }

    private void spawn(String name, Runnable work) {
        Thread thread = new Thread(() -> guard(name, work), "scorer-" + name);
        threads.add(thread);
        thread.start();
    }

    private void guard(String name, Runnable work) {
        try {
            work.run();
        } catch (Throwable e) {
            LOG.debug("The part {} has died", name, e);
            failure.complete(Refusal.of(e).<Throwable>map(mistake -> mistake).orElse(e));
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("{} did not close", part, e);
        }
    }

    private static void await(Thread thread) {
        try {
            thread.join(STOP_LIMIT.toMillis());
            if (thread.isAlive()) {
                LOG.warn("The thread {} does not end within {}; it is interrupted.", thread.getName(), STOP_LIMIT);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
