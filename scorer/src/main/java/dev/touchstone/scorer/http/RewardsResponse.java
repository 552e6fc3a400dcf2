package dev.touchstone.scorer.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rewards for a request.
 *
 * @param model the one version that scored all of them; left out where each went through the topics on its own
 * @param rewards one per item, in the order of the items
 */
public record RewardsResponse(
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Model model, List<ItemReward> rewards) {

    /**
     * A version of a model.
     *
     * @param id the model
     * @param version its version
     * @param sha256 hash of its files, hexadecimal
     */
    public record Model(String id, String version, String sha256) {
        private static Model of(ModelInfo info) {
            return new Model(info.modelId(), info.versionId(), info.sha256());
        }
    }

    /**
     * How a completion came through the topics.
     *
     * @param completionId its key there
     * @param model the version that scored it; null if none did
     * @param critique what the critic says; null if there is none
     */
    public record Streamed(
            UUID completionId,
            @Nullable Model model,
            @Nullable String critique) {}

    /**
     * The reward of an item.
     *
     * @param id as in the request; left out where the request has none
     * @param status read it before the values
     * @param logit raw output of the model; null if there is none
     * @param value normalised logit; null if there is no logit, or the model's mean and deviation are unknown
     * @param reason one sentence; left out if there is nothing to say
     * @param streamed left out where it did not go through the topics
     */
    public record ItemReward(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String id,

            RewardStatus status,
            @Nullable Double logit,
            @Nullable Double value,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String reason,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Streamed streamed) {}

    /** The answer to a request that was scored as one batch. */
    static RewardsResponse of(RewardsRequest request, ScoredBatch batch) {
        return new RewardsResponse(Model.of(batch.model()), all(request, batch.outcomes(), RewardsResponse::reward));
    }

    /** The answer to a request whose items went through the topics. */
    static RewardsResponse of(RewardsRequest request, List<Reward> rewards) {
        return new RewardsResponse(null, all(request, rewards, RewardsResponse::reward));
    }

    private static <T> List<ItemReward> all(
            RewardsRequest request, List<T> outcomes, BiFunction<RewardItem, T, ItemReward> reward) {
        return IntStream.range(0, request.items().size())
                .mapToObj(i -> reward.apply(request.items().get(i), outcomes.get(i)))
                .toList();
    }

    private static ItemReward reward(RewardItem item, Outcome outcome) {
        return new ItemReward(item.id(), outcome.status(), outcome.logit(), outcome.value(), outcome.reason(), null);
    }

    private static ItemReward reward(RewardItem item, Reward reward) {
        Model model = reward.getModelVersion() == null
                ? null
                : new Model(reward.getModelId(), reward.getModelVersion(), reward.getModelSha256());
        Critique critique = reward.getCritique();
        return new ItemReward(
                item.id(),
                reward.getStatus(),
                reward.getLogit(),
                reward.getValue(),
                reward.getReason(),
                new Streamed(reward.getCompletionId(), model, critique == null ? null : critique.getText()));
    }
}
