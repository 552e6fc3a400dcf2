package dev.touchstone.scorer.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rewards for a request.
 *
 * @param model the one version that scored all of them
 * @param rewards one per item, in the order of the items
 */
public record RewardsResponse(Model model, List<ItemReward> rewards) {
    /**
     * A version of a model.
     *
     * @param id the model
     * @param version its version
     * @param sha256 hash of its files, hexadecimal
     */
    public record Model(String id, String version, String sha256) {}

    /**
     * The reward of an item.
     *
     * @param id as in the request; left out where the request has none
     * @param status read it before the values
     * @param logit raw output of the model; null if there is none
     * @param value normalised logit; null if there is no logit, or the model's mean and deviation are unknown
     * @param reason one sentence; left out if there is nothing to say
     */
    public record ItemReward(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String id,

            RewardStatus status,
            @Nullable Double logit,
            @Nullable Double value,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String reason) {}

    /** The answer to a request that was scored as one batch. */
    public static RewardsResponse of(RewardsRequest request, ScoredBatch batch) {
        return new RewardsResponse(
                new Model(
                        batch.model().modelId(),
                        batch.model().versionId(),
                        batch.model().sha256()),
                IntStream.range(0, request.items().size())
                        .mapToObj(i ->
                                reward(request.items().get(i), batch.outcomes().get(i)))
                        .toList());
    }

    private static ItemReward reward(RewardItem item, Outcome outcome) {
        return new ItemReward(item.id(), outcome.status(), outcome.logit(), outcome.value(), outcome.reason());
    }
}
