package dev.touchstone.scorer.status;

import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.status.Status.RecentReward;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. Remembers the newest rewards and figures of training in a bounded amount of memory.
 */
public final class StatusBoard {
    private static final int NEWEST = 50;
    private static final int CURVE = 400;

    private final Clock clock;
    private final Instant startedAt;
    private final Deque<RecentReward> newest = new ArrayDeque<>();
    private final Map<RewardStatus, Long> counts = new EnumMap<>(RewardStatus.class);
    private List<CurvePoint> curve = new ArrayList<>();
    private Status.@Nullable Training training;
    private boolean caughtUp;

    /** @param clock what time it is */
    public StatusBoard(Clock clock) {
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** From now on rewards are new ones, and are counted. */
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

    /** A reward of the topic. */
    public synchronized void add(Reward reward) {
        newest.addFirst(RecentReward.of(reward));
        if (newest.size() > NEWEST) {
            newest.removeLast();
        }
        if (caughtUp) {
            counts.merge(reward.getStatus(), 1L, Long::sum);
        }
    }

    /** Figures of the model that is shown. */
    public synchronized void add(TrainingMetrics figures) {
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
