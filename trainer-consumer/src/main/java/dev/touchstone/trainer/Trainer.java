package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.Refusal;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.PartitionOffset;
import dev.touchstone.store.CheckpointStore;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.lineage.Checkpoints;
import dev.touchstone.trainer.lineage.Checkpoints.Usable;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.lineage.LineagePublisher;
import dev.touchstone.trainer.lineage.ModelAliases;
import dev.touchstone.trainer.lineage.ModelRequests;
import dev.touchstone.trainer.lineage.PublicationException;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.log.PairReader;
import dev.touchstone.trainer.report.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link #run} belongs to one thread; {@link #stop} and {@link #running} may be called from any. One model's trainer: takes
 * the model over, goes on from its newest usable checkpoint, and learns from the log until it is stopped.
 *
 * <p>Every record of the log is consumed exactly once along the lineage: offsets become visible with the checkpoint that holds
 * what was learnt from them, and what was learnt after the last one is learnt again from the same state.
 */
public final class Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

    private static final Duration ADMIN_PATIENCE = Duration.ofSeconds(30);

    private final KafkaSettings kafka;
    private final TrainerSettings settings;
    private final Clock clock;
    private final TrainerMeters meters;
    private final Reports reports;
    private volatile boolean stopping;
    private volatile boolean running;

    /**
     * @param kafka how to reach Kafka and the registry
     * @param settings how to run
     * @param clock for the times in what is published
     * @param registry where meters are kept
     * @param reports where figures go when a checkpoint has become visible
     */
    public Trainer(
            KafkaSettings kafka, TrainerSettings settings, Clock clock, MeterRegistry registry, Reports reports) {
        this.kafka = kafka;
        this.settings = settings;
        this.clock = clock;
        this.meters = new TrainerMeters(registry, settings.modelId());
        this.reports = reports;
    }

    /** The same with no reports. */
    public Trainer(KafkaSettings kafka, TrainerSettings settings, Clock clock, MeterRegistry registry) {
        this(kafka, settings, clock, registry, Reports.none());
    }

    /**
     * Runs until {@link #stop}, and then publishes what has been learnt. An interrupt ends it at once, with nothing published.
     *
     * @throws UserError if the broker, the topics, the log or the checkpoints are not what they should be, or the broker refuses
     * @throws dev.touchstone.trainer.lineage.FencedException if another trainer has taken the model over
     * @throws dev.touchstone.trainer.lineage.PublicationException if the broker or the store of checkpoints stays away
     * @throws dev.touchstone.schemas.registry.RegistryUnavailableException if the registry stays away
     */
    public void run() {
        TopicCatalogue topics = new TopicCatalogue(settings.topicPrefix());
        requireTopics(topics);
        try (CheckpointStore store = openStore();
                LineagePublisher publisher =
                        new LineagePublisher(kafka, topics, settings.transactionalId(), clock, settings.patience())) {
            publisher.open(); // before anything is read: from here on nobody else adds to the lineage
            Lineage lineage = Lineage.read(kafka, topics.checkpoints().name(), settings.modelId(), settings.patience());
            ModelAliases aliases =
                    ModelAliases.read(kafka, topics.models().name(), settings.modelId(), settings.patience());
            Checkpoints checkpoints = new Checkpoints(store, settings.retention(), aliases);
            checkpoints.cleanUp(lineage, clock.instant());
            Optional<Usable> newest = checkpoints.newestUsable(lineage);
            String log = topics.critiquedPairs().name();
            try (Learner learner = newest.isPresent()
                            ? Learner.restore(newest.get().checkpoint(), settings.learner(), settings.compute())
                            : Learner.fresh(settings.learner(), settings.compute());
                    PairLog pairs = new PairLog(
                            kafka.with("group.id", settings.transactionalId()),
                            log,
                            new PairReader(kafka.decoder(CritiquedPair.class), learner.encoder(), kafka.tracing()));
                    ModelRequests requests = new ModelRequests(
                            kafka.with("group.id", settings.requestGroup()),
                            topics.modelRequests().name(),
                            settings.modelId());
                    Promotions promotions = new Promotions(settings, aliases, lineage, checkpoints)) {
                pairs.open(newest.map(u -> offsets(u.manifest()))
                        .orElseGet(() -> settings.begin().in(kafka, log)));
                announce(newest, pairs.offsets());
                TrainingSession session = new TrainingSession(
                        settings,
                        clock,
                        meters,
                        learner,
                        pairs,
                        publisher,
                        lineage,
                        checkpoints,
                        promotions,
                        requests,
                        reports,
                        kafka.tracing());
                newest.ifPresent(u -> session.goOnFrom(u.manifest().getVersionId()));
                newest.ifPresent(u -> promotions.goOnFrom(u.manifest()));
                meters.began();
                running = true;
                session.runUntil(() -> stopping);
            } catch (CheckpointException e) {
                throw new UserError(
                        "The newest checkpoint cannot be gone on from: " + e.getMessage()
                                + " Begin a new model with another touchstone.model-id.",
                        e);
            }
        } catch (KafkaException | PublicationException e) {
            throw Refusal.of(e).<RuntimeException>map(mistake -> mistake).orElse(e);
        } finally {
            running = false;
        }
    }

    /** Ends {@link #run} after the micro-batch at hand and a last checkpoint. */
    public void stop() {
        stopping = true;
    }

    /** Whether it has taken the model over and is learning, or waiting for something to learn from. */
    public boolean running() {
        return running;
    }

    private CheckpointStore openStore() {
        try {
            return CheckpointStore.open(settings.store(), settings.modelFolder(), settings.modelId());
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private void requireTopics(TopicCatalogue topics) {
        List<String> missing = new TopicAdmin(kafka, ADMIN_PATIENCE).missing(topics);
        if (!missing.isEmpty()) {
            throw new UserError(
                    "The topics " + missing + " do not exist, or this user may not see them: create them with"
                            + " ./touchstone topics --create, or let the user describe them.");
        }
    }

    private void announce(Optional<Usable> newest, Map<Integer, Long> began) {
        if (newest.isPresent()) {
            CheckpointManifest manifest = newest.get().manifest();
            LOG.info(
                    "Model {} goes on from version {}: {} pairs trained",
                    settings.modelId(),
                    manifest.getVersionId(),
                    manifest.getTrainedPairs());
        } else {
            LOG.info("Model {} begins at the offsets {} of the log", settings.modelId(), began);
        }
    }

    private static Map<Integer, Long> offsets(CheckpointManifest manifest) {
        return manifest.getOffsets().stream()
                .collect(Collectors.toMap(PartitionOffset::getPartition, PartitionOffset::getNextOffset));
    }
}
