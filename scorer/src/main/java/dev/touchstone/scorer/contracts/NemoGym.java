package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * NeMo-Gym's {@code POST /verify} of a resources server: the request of OpenAI's Responses API and its response go in, the same
 * object comes back with {@code reward}. The text of the response's assistant messages is the completion. A text without a
 * reward is told by the failure fields of NeMo-Gym's judges; the 0.0 beside them is its placeholder and no reward.
 */
public final class NemoGym implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        JsonNode input = Read.member(Read.member(request, "responses_create_params"), "input");
        List<Message> prompt =
                input.isTextual() ? List.of(new Message("user", input.textValue())) : Read.turns(input, "input");
        StringBuilder completion = new StringBuilder();
        for (JsonNode item : Read.member(Read.member(request, "response"), "output")) {
            if (item.path("type").asText("message").equals("message")) {
                for (JsonNode part : item.path("content")) {
                    completion.append(part.path("text").asText(""));
                }
            }
        }
        return List.of(Read.conversation(asked(prompt), completion.toString()));
    }

    /** Responses calls the system's turn the developer's. */
    private static List<Message> asked(List<Message> prompt) {
        List<Message> turns = new ArrayList<>();
        for (Message turn : prompt) {
            turns.add(turn.getRole().equals("developer") ? new Message("system", turn.getContent()) : turn);
        }
        return turns;
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        Outcome outcome = batch.outcomes().get(0);
        ObjectNode answer = request.deepCopy();
        Double logit = outcome.logit();
        if (logit == null) {
            answer.put("reward", 0.0);
            answer.put("_ng_failure_class", "judge_failed");
            answer.put("_ng_failure_judge_error", outcome.reason());
        } else {
            answer.put("reward", logit);
        }
        answer.put("touchstone_model_version", batch.model().versionId());
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        return Read.detail(error);
    }
}
