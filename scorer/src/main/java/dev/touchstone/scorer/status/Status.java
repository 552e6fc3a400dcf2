package dev.touchstone.scorer.status;

import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.model.ModelInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page and tools are told. Texts of users and critics are in here as they are: whoever shows them escapes them.
 *
 * @param at when this was true
 * @param startedAt when this scorer started
 * @param model what serves; null before the first model
 * @param problem one sentence that says why the champion does not serve; null if all is well
 * @param training the newest figures of training; null before the first
 * @param curve accuracies over time, oldest first, thinned out evenly
 * @param rewards rewards published since this scorer started, by status, those of other instances too
 * @param newest the newest rewards on the topic, newest first
 */
public record Status(
        Instant at,
        Instant startedAt,
        @Nullable Model model,
        @Nullable String problem,
        @Nullable Training training,
        List<CurvePoint> curve,
        Map<RewardStatus, Long> rewards,
        List<RecentReward> newest) {

    /** Version that serves; see {@link ModelInfo}. */
    public record Model(
            String id,
            String version,
            String sha256,
            long step,
            long trainedPairs,
            long heldOutPairs,
            @Nullable String criticModel,
            Instant createdAt) {
        /** As the page and tools see it. */
        public static Model of(ModelInfo info) {
            return new Model(
                    info.modelId(),
                    info.versionId(),
                    info.sha256(),
                    info.step(),
                    info.trainedPairs(),
                    info.heldOutPairs(),
                    info.criticModel(),
                    info.createdAt());
        }
    }

    /** Figures of training at its newest checkpoint; see the fields of {@link TrainingMetrics}. */
    public record Training(
            String version,
            long step,
            long trainedPairs,
            long heldOutPairs,
            @Nullable Double loss,
            @Nullable Double margin,
            @Nullable Double windowAccuracy,
            @Nullable Double prequentialAccuracy,
            @Nullable Double heldOutAccuracy,
            @Nullable Double heldOutAccuracyWithoutCritique,
            @Nullable Double heldOutLengthAccuracy,
            Instant measuredAt) {
        static Training of(TrainingMetrics metrics) {
            return new Training(
                    metrics.getVersionId(),
                    metrics.getStep(),
                    metrics.getTrainedPairs(),
                    metrics.getHeldOutPairs(),
                    metrics.getLoss(),
                    metrics.getMargin(),
                    metrics.getWindowAccuracy(),
                    metrics.getPrequentialAccuracy(),
                    metrics.getHeldOutAccuracy(),
                    metrics.getHeldOutAccuracyWithoutCritique(),
                    metrics.getHeldOutLengthAccuracy(),
                    metrics.getMeasuredAt());
        }
    }

    /** One reward as it was published; see the fields of {@link Reward}. */
    public record RecentReward(
            String completionId,
            RewardStatus status,
            @Nullable String reason,
            @Nullable Double logit,
            @Nullable Double value,
            @Nullable String modelVersion,
            Instant scoredAt,
            @Nullable String critique) {
        private static final int SHOWN = 600;

        static RecentReward of(Reward reward) {
            return new RecentReward(
                    reward.getCompletionId().toString(),
                    reward.getStatus(),
                    reward.getReason(),
                    reward.getLogit(),
                    reward.getValue(),
                    reward.getModelVersion(),
                    reward.getScoredAt(),
                    shortened(reward.getCritique()));
        }

        private static @Nullable String shortened(@Nullable Critique critique) {
            if (critique == null) {
                return null;
            }
            String text = critique.getText();
            return text.length() <= SHOWN
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, SHOWN - 1))) + "\u2026";
        }
    }
}
