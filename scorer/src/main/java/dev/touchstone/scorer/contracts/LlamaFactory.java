package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.List;

/**
 * LLaMA-Factory's PPO with {@code reward_model_type: api} and {@code reward_model: http://HOST/v1/score/evaluation}:
 * {@code {"model","messages":[TEXT,...]}}, each message a whole text by the policy's template. Its client looks at no
 * status and knows no time-out, so an answer without {@code scores} ends its run.
 */
public final class LlamaFactory implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        return Read.texts(Read.member(request, "messages"), "messages").stream()
                .map(Read::templated)
                .toList();
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("id", "scoreval-" + batch.model().versionId());
        answer.put("object", "score.evaluation");
        answer.put("model", batch.model().modelId());
        ArrayNode scores = answer.putArray("scores");
        for (Outcome outcome : batch.outcomes()) {
            scores.add(Read.logit(outcome));
        }
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        return Read.detail(error);
    }
}
