package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.telemetry.LogContext;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.trainer.CheckpointRecords.Learnt;
import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Evaluation;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.lineage.AliasChange;
import dev.touchstone.trainer.lineage.Checkpoints;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.lineage.LineagePublisher;
import dev.touchstone.trainer.lineage.ModelRequests;
import dev.touchstone.trainer.lineage.Publication;
import dev.touchstone.trainer.lineage.PublicationException;
import dev.touchstone.trainer.log.Backlog;
import dev.touchstone.trainer.log.Cut;
import dev.touchstone.trainer.log.LogItem;
import dev.touchstone.trainer.log.MicroBatchCutter;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.report.Report;
import dev.touchstone.trainer.report.Reports;
import io.opentelemetry.api.trace.Span;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Not thread-safe. The loop of a trainer that holds its model: fetch, cut, learn, and now and then a checkpoint. */
final class TrainingSession {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** A stream that trickles would else be checkpointed at each pair. */
    private static final Duration IDLE_CHECKPOINTS = Duration.ofSeconds(2);
    /** How long an idle trainer may not notice that it has been fenced. */
    private static final Duration CONFIRM_EVERY = Duration.ofSeconds(5);
    /** People who ask can wait so long, and training need not be held up more often. */
    private static final Duration ASK_EVERY = Duration.ofMillis(200);
    /** How old the lag may be that the meters show. */
    private static final Duration LAG_EVERY = Duration.ofSeconds(1);
    /** The first checkpoint after a start comes early: nobody gets a reward before there is one, and kills leave progress. */
    private static final int FIRST_CHECKPOINT_BATCHES = 8;
    /** Dead letters wait for the checkpoint in memory. */
    private static final long MOST_DEAD_BYTES = 16 << 20;

    private final TrainerSettings settings;
    private final Clock clock;
    private final TrainerMeters meters;
    private final Learner learner;
    private final PairLog pairs;
    private final LineagePublisher publisher;
    private final Lineage lineage;
    private final Checkpoints checkpoints;
    private final Promotions promotions;
    private final ModelRequests requests;
    private final Reports reports;
    private final Tracing tracing;
    private final MicroBatchCutter cutter;
    private final String logTopic;
    private final Map<Integer, Long> began;
    private final List<Learnt> unpublished = new ArrayList<>();
    private @Nullable String version;
    private boolean published;
    private long deadBytes;
    private long quietSince;
    private long publishedAt;
    private long askedAt = System.nanoTime();
    private long lagReadAt;

    TrainingSession(
            TrainerSettings settings,
            Clock clock,
            TrainerMeters meters,
            Learner learner,
            PairLog pairs,
            LineagePublisher publisher,
            Lineage lineage,
            Checkpoints checkpoints,
            Promotions promotions,
            ModelRequests requests,
            Reports reports,
            Tracing tracing) {
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.learner = learner;
        this.pairs = pairs;
        this.publisher = publisher;
        this.lineage = lineage;
        this.checkpoints = checkpoints;
        this.promotions = promotions;
        this.requests = requests;
        this.reports = reports;
        this.tracing = tracing;
        this.cutter = new MicroBatchCutter(settings.batchPairs(), settings.batchTokens());
        this.logTopic =
                new TopicCatalogue(settings.topicPrefix()).critiquedPairs().name();
        this.began = pairs.offsets();
    }

    /** Says which version the learner was restored from. */
    void goOnFrom(String versionId) {
        version = versionId;
    }

    /** Learns until told to stop, and then publishes what has been learnt. */
    void runUntil(BooleanSupplier stopping) {
        quietSince = System.nanoTime();
        publishedAt = quietSince;
        lagReadAt = quietSince;
        boolean busy = false;
        while (!stopping.getAsBoolean()) {
            if (pairs.fetch(busy ? Duration.ZERO : POLL)) {
                quietSince = System.nanoTime();
            }
            if (since(lagReadAt).compareTo(LAG_EVERY) >= 0) {
                meters.lag(pairs.lag());
                lagReadAt = System.nanoTime();
            }
            boolean quiet = timeCuts() && since(quietSince).compareTo(settings.idle()) >= 0;
            Optional<Cut> cut = nextCut(quiet);
            busy = cut.isPresent();
            cut.ifPresent(this::learn);
            answerRequests();
            if (checkpointIsDue(quiet && !busy)) {
                checkpoint();
            } else if (unpublished.isEmpty() && since(publishedAt).compareTo(CONFIRM_EVERY) >= 0) {
                publisher.confirm(logTopic, pairs.offsets(), pairs.group());
                publishedAt = System.nanoTime();
            }
        }
        if (!timeCuts()) {
            cutter.rest(pairs.backlogs()).ifPresent(this::learn);
        }
        if (!unpublished.isEmpty()) {
            checkpoint();
        }
    }

    private boolean timeCuts() {
        return !settings.idle().isZero();
    }

    private Optional<Cut> nextCut(boolean quiet) {
        List<Backlog> backlogs = pairs.backlogs();
        Optional<Cut> full = cutter.full(backlogs);
        return full.isPresent() || !quiet ? full : cutter.idle(backlogs);
    }

    private void learn(Cut cut) {
        pairs.consume(cut);
        Span span = tracing.together("train", cut.traces(), clock.instant());
        BatchOutcome outcome = learner.learn(cut.microBatch());
        end(span);
        unpublished.add(new Learnt(cut, outcome));
        for (LogItem.Dead dead : cut.dead()) {
            deadBytes += Math.max(0, dead.record().serializedValueSize());
            try (LogContext about = LogContext.of(logTopic, dead.partition(), dead.offset())) {
                LOG.warn(
                        "The record at {}-{} offset {} goes to the dead letters: {}",
                        logTopic,
                        dead.partition(),
                        dead.offset(),
                        dead.detail());
            }
        }
        meters.learnt(outcome, learner.figures(), cut.dead());
        quietSince = System.nanoTime(); // what came while it learnt has not been fetched yet
    }

    private void end(Span span) {
        String from = version;
        if (from != null) {
            span.setAttribute(Tracing.MODEL_VERSION, from);
        }
        span.setAttribute("touchstone.model.id", settings.modelId()).end();
    }

    private void answerRequests() {
        if (since(askedAt).compareTo(ASK_EVERY) < 0) {
            return;
        }
        askedAt = System.nanoTime();
        for (ModelRequests.Asked asked : requests.poll()) {
            Promotions.Reply reply = promotions.reply(asked.request(), clock.instant());
            publisher.answer(reply.changes(), reply.answer(), asked.next(), requests.group());
            promotions.published(reply.changes());
            LOG.info(
                    "{} was asked for: {}",
                    asked.request().getAction(),
                    reply.answer().getDetail());
        }
    }

    private boolean checkpointIsDue(boolean idle) {
        if (unpublished.isEmpty()) {
            return false;
        }
        Duration age = since(publishedAt);
        return unpublished.size() >= settings.checkpointBatches()
                || (!published && unpublished.size() >= FIRST_CHECKPOINT_BATCHES)
                || age.compareTo(settings.checkpointEvery()) >= 0
                || (idle && age.compareTo(IDLE_CHECKPOINTS) >= 0)
                || deadBytes >= MOST_DEAD_BYTES;
    }

    /** Durable first, then visible. */
    private void checkpoint() {
        long begun = System.nanoTime();
        Evaluation evaluation = learner.evaluate();
        Figures figures = learner.figures();
        Checkpoint.Written written = save();
        URI uri = checkpoints.put(written);
        Ruling ruling = promotions.judge(learner);
        Instant now = clock.instant();
        List<AliasChange> aliases = promotions.changes(ruling, written.versionId(), now);
        Publication learnt = new CheckpointRecords(settings.modelId(), logTopic, version, began)
                .publication(written, uri, unpublished, pairs.offsets(), figures, evaluation, ruling, aliases, now);
        Publication publication = learnt.retiring(checkpoints.retirable(lineage, learnt.manifest(), aliases));
        publisher.publish(publication, pairs.group());
        promotions.published(aliases);
        version = written.versionId();
        published = true;
        lineage.add(publication.manifest());
        unpublished.clear();
        deadBytes = 0;
        publishedAt = System.nanoTime();
        meters.published(figures, since(begun), ruling);
        meters.lag(pairs.lag());
        reports.accept(Report.of(publication.metrics()));
        try (LogContext about = LogContext.open().with(LogContext.MODEL_VERSION, version)) {
            LOG.info(
                    "Model {} is at version {}: {} pairs trained, {} held out, window accuracy {}, held-out accuracy {}",
                    settings.modelId(),
                    version,
                    figures.trained(),
                    figures.heldOut(),
                    figures.windowAccuracy(),
                    evaluation.accuracy());
            LOG.info("Gate: {}: {}", ruling.decision(), ruling.summary());
        }
        checkpoints.published(lineage, publication.retired(), clock.instant());
    }

    private Checkpoint.Written save() {
        try {
            return learner.save(checkpoints.folder(), null);
        } catch (CheckpointException e) {
            throw new PublicationException("The checkpoint could not be written: " + e.getMessage(), e);
        }
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
