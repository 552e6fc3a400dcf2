package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetters.Origin;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.dashboard.Rates.Flow;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.status.Status;
import dev.touchstone.scorer.status.StatusBoard;
import dev.touchstone.scorer.stream.TopicTail;
import dev.touchstone.worth.History;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. What the page shows, as a {@link TopicTail} reads it from the topics of {@link #reach}; it holds the newest of
 * everything and no more.
 */
public final class Dashboard implements TopicTail.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);

    private final TopicCatalogue topics;
    private final String modelId;
    private final StatusBoard board;
    private final Clock clock;
    private final Map<String, RecordDecoder<?>> decoders = new TreeMap<>();
    private final TrainingPanel training = new TrainingPanel();
    private final CheckpointPanel checkpoints = new CheckpointPanel();
    private final RewardPanel rewards = new RewardPanel();
    private final CriticPanel critic;
    private final PendingPanel pending = new PendingPanel();
    private final DeadLetterPanel deadLetters = new DeadLetterPanel();
    private final WorthPanel worth;
    private final Rates rates;
    private List<Rates.Point> history = List.of();
    private boolean caughtUp;

    /**
     * What changes all the time.
     *
     * @param at when this was true
     * @param model what serves; null before the first model
     * @param problem why the champion does not serve; null if all is well
     * @param critiquedPairsPerSecond pairs that came out with critiques, over ten seconds
     * @param rewardsPerSecond rewards, over ten seconds
     * @param pending what waits for critiques, of what came since the start
     * @param lags how far the services are behind; empty if unknown
     */
    record Now(
            Instant at,
            Status.@Nullable Model model,
            @Nullable String problem,
            double critiquedPairsPerSecond,
            double rewardsPerSecond,
            PendingPanel.View pending,
            List<LagReader.Lag> lags) {}

    /**
     * @param settings how to decode records
     * @param topics the topics' names
     * @param modelId the model whose figures are shown
     * @param board is told rewards and figures of this model
     * @param clock what time it is
     */
    public Dashboard(KafkaSettings settings, TopicCatalogue topics, String modelId, StatusBoard board, Clock clock) {
        this.topics = topics;
        this.modelId = modelId;
        this.board = board;
        this.clock = clock;
        critic = new CriticPanel(clock);
        worth = new WorthPanel(modelId);
        rates = new Rates(clock.instant());
        decoders.put(topics.pairs().name(), settings.decoder(PreferencePair.class));
        decoders.put(topics.completions().name(), settings.decoder(Completion.class));
        decoders.put(topics.critiquedPairs().name(), settings.decoder(CritiquedPair.class));
        decoders.put(topics.critiquedCompletions().name(), settings.decoder(CritiquedCompletion.class));
        decoders.put(topics.rewards().name(), settings.decoder(Reward.class));
        decoders.put(topics.trainingMetrics().name(), settings.decoder(TrainingMetrics.class));
        decoders.put(topics.checkpoints().name(), settings.decoder(CheckpointManifest.class));
        decoders.put(topics.models().name(), settings.decoder(ModelAlias.class));
    }

    /** The topics that are shown, and how many offsets before its end each partition is read; transactions take some. */
    public static Map<String, Long> reach(TopicCatalogue topics) {
        return Map.of(
                topics.pairs().name(), 0L,
                topics.completions().name(), 0L,
                topics.critiquedPairs().name(), 300L,
                topics.critiquedCompletions().name(), 300L,
                topics.rewards().name(), 1_000L,
                topics.trainingMetrics().name(), 5_000L,
                topics.checkpoints().name(), TopicTail.ALL,
                topics.models().name(), TopicTail.ALL,
                topics.deadLetters().name(), 5_000L);
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.deadLetters().name())) {
            deadLetter(record);
            return;
        }
        if (record.value() == null) {
            removed(record);
            return;
        }
        RecordDecoder<?> decoder = decoders.get(record.topic());
        if (decoder == null) {
            return;
        }
        Decoded<?> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<?> valid) {
            add(valid.value(), record);
        } else if (decoded instanceof Decoded.Undecodable<?> undecodable) {
            // The service whose input it is makes it a dead letter, which the page shows: no need to warn in every
            // scorer, too.
            LOG.debug("{} offset {} is not shown: {}", record.topic(), record.offset(), undecodable.reason());
        }
    }

    @Override
    public synchronized void caughtUp() {
        caughtUp = true;
        board.caughtUp();
        worth.refresh(clock.instant());
    }

    /**
     * Every part by name. A part that has not changed since the last call is the same object.
     *
     * @param serving the version that serves
     * @param problem why the champion does not serve
     * @param lags how far the services are behind
     */
    public synchronized Map<String, Object> parts(
            Optional<ModelInfo> serving, Optional<String> problem, List<LagReader.Lag> lags) {
        Instant now = clock.instant();
        List<Rates.Point> points = rates.history(now);
        if (!points.equals(history)) {
            history = points;
        }
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put(
                "now",
                new Now(
                        now,
                        serving.map(Status.Model::of).orElse(null),
                        problem.orElse(null),
                        rates.now(Flow.CRITIQUED_PAIRS, now),
                        rates.now(Flow.REWARDS, now),
                        pending.view(now),
                        lags));
        parts.put("throughput", history);
        parts.put("training", training.view());
        parts.put("checkpoints", checkpoints.view());
        parts.put("rewards", rewards.view());
        parts.put("critic", critic.view());
        parts.put("deadLetters", deadLetters.view());
        worth.view().ifPresent(view -> parts.put("worth", view));
        return parts;
    }

    private synchronized void add(Object value, ConsumerRecord<byte[], byte[]> record) {
        Instant now = clock.instant();
        Origin origin = new Origin(record.topic(), record.partition(), record.offset());
        if (value instanceof PreferencePair pair) {
            pending.in(pair.getPairId(), true, origin, now);
        } else if (value instanceof Completion completion) {
            pending.in(completion.getCompletionId(), false, origin, now);
        } else if (value instanceof CritiquedPair critiqued) {
            pending.out(critiqued.getPair().getPairId());
            critic.add(critiqued.getChosenCritiques());
            critic.add(critiqued.getRejectedCritiques());
            count(Flow.CRITIQUED_PAIRS, now);
        } else if (value instanceof CritiquedCompletion critiqued) {
            pending.out(critiqued.getCompletion().getCompletionId());
            critic.add(critiqued.getCritiques());
            rewards.add(critiqued);
        } else if (value instanceof Reward reward) {
            board.add(reward);
            rewards.add(reward, caughtUp);
            count(Flow.REWARDS, now);
        } else {
            addOfModel(value);
        }
    }

    private void addOfModel(Object value) {
        if (value instanceof TrainingMetrics figures && figures.getModelId().equals(modelId)) {
            board.add(figures);
            training.add(figures);
        } else if (value instanceof CheckpointManifest manifest) {
            String owner = manifest.getModelId();
            if (owner.equals(modelId)) {
                checkpoints.add(manifest);
            }
            if (owner.equals(modelId) || owner.equals(modelId + History.PLAIN_ARM)) {
                worth.add(History.Point.of(manifest));
            }
        } else if (value instanceof ModelAlias alias && alias.getModelId().equals(modelId)) {
            checkpoints.add(alias);
        }
    }

    private synchronized void deadLetter(ConsumerRecord<byte[], byte[]> record) {
        deadLetters.add(record);
        DeadLetterPanel.origin(record).ifPresent(pending::dead);
    }

    private synchronized void removed(ConsumerRecord<byte[], byte[]> record) {
        String start = Aliases.key(modelId, "");
        if (record.topic().equals(topics.models().name()) && record.key() != null) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (key.startsWith(start)) {
                checkpoints.removeName(key.substring(start.length()));
            }
        }
    }

    /** What was there at the start came at another time. */
    private void count(Flow flow, Instant now) {
        if (caughtUp) {
            rates.count(flow, now);
        }
    }
}
