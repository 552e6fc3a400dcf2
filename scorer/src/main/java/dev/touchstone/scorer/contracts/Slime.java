package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.List;

/**
 * slime's {@code --rm-type remote_rm --rm-url http://HOST/slime}: one sample, {@code {"prompt","response","label"}}, the
 * prompt a text by the policy's template or a list of turns. The body is the reward as a bare number, or with
 * {@code --reward-key reward} an object.
 *
 * @param bare whether the answer is the number alone
 */
public record Slime(boolean bare) implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        String response = Read.text(Read.member(request, "response"), "response");
        JsonNode prompt = Read.member(request, "prompt");
        return List.of(
                prompt.isTextual()
                        ? Read.templated(prompt.textValue(), response)
                        : Read.conversation(Read.turns(prompt, "prompt"), response));
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        Outcome outcome = batch.outcomes().get(0);
        double logit = Read.logit(outcome);
        if (bare) {
            return JsonNodeFactory.instance.numberNode(logit);
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("reward", logit);
        answer.put("value", outcome.value());
        answer.put("status", outcome.status().name());
        answer.put("modelVersion", batch.model().versionId());
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        return Read.detail(error);
    }
}
