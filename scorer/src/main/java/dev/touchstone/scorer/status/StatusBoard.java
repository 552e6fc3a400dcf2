package dev.touchstone.scorer.status;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.status.Status.RecentReward;
import dev.touchstone.scorer.stream.TopicTail;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. Remembers the newest rewards and figures of training, as a {@link TopicTail} reads them, in a bounded amount
 * of memory.
 */
public final class StatusBoard implements TopicTail.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);
    private static final int NEWEST = 50;
    private static final int CURVE = 400;

    private final String modelId;
    private final String metricsTopic;
    private final RecordDecoder<TrainingMetrics> metrics;
    private final RecordDecoder<Reward> rewards;
    private final Clock clock;
    private final Instant startedAt;
    private final Deque<RecentReward> newest = new ArrayDeque<>();
    private final Map<RewardStatus, Long> counts = new EnumMap<>(RewardStatus.class);
    private List<CurvePoint> curve = new ArrayList<>();
    private Status.@Nullable Training training;
    private boolean caughtUp;

    /**
     * @param settings how to decode records
     * @param topics the topics' names
     * @param modelId the model whose figures are shown
     * @param clock what time it is
     */
    public StatusBoard(KafkaSettings settings, TopicCatalogue topics, String modelId, Clock clock) {
        this.modelId = modelId;
        this.metricsTopic = topics.trainingMetrics().name();
        this.metrics = settings.decoder(TrainingMetrics.class);
        this.rewards = settings.decoder(Reward.class);
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> record) {
        boolean figures = record.topic().equals(metricsTopic);
        Decoded<?> decoded = (figures ? metrics : rewards).decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<?> valid) {
            if (valid.value() instanceof Reward reward) {
                add(reward);
            } else if (valid.value() instanceof TrainingMetrics m
                    && m.getModelId().equals(modelId)) {
                add(m);
            }
        } else if (decoded instanceof Decoded.Undecodable<?> undecodable) {
            // Not a dead letter: these topics are read anew at every start, by every instance.
            LOG.warn("{} offset {} is not shown: {}", record.topic(), record.offset(), undecodable.reason());
        }
    }

    @Override
    public synchronized void caughtUp() {
        caughtUp = true;
    }

    /**
     * What is known now.
     *
     * @param serving the version that serves
     * @param problem why the champion does not serve
     */
    public synchronized Status status(Optional<ModelInfo> serving, Optional<String> problem) {
        return new Status(
                clock.instant(),
                startedAt,
                serving.map(Status.Model::of).orElse(null),
                problem.orElse(null),
                training,
                List.copyOf(curve),
                Map.copyOf(counts),
                List.copyOf(newest));
    }

    private synchronized void add(Reward reward) {
        newest.addFirst(RecentReward.of(reward));
        if (newest.size() > NEWEST) {
            newest.removeLast();
        }
        if (caughtUp) {
            counts.merge(reward.getStatus(), 1L, Long::sum);
        }
    }

    private synchronized void add(TrainingMetrics figures) {
        training = Status.Training.of(figures);
        curve.add(CurvePoint.of(figures));
        if (curve.size() > CURVE) {
            List<CurvePoint> thinned = new ArrayList<>();
            for (int i = 0; i < curve.size(); i += 2) {
                thinned.add(curve.get(i));
            }
            curve = thinned;
        }
    }
}
