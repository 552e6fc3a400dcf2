package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * OpenRLHF's {@code --reward.remote_url http://HOST/get_reward}: {@code {"query":[...],"prompts":[...],"labels":[...]}}, the
 * query being the whole text by the policy's template, special tokens included. Lists may be empty: with several servers
 * all but one get empty ones. {@code scores} are in 0 to 1, for its filter; {@code extra_logs} are numbers only, since others
 * end its run (as of version 0.11).
 */
public final class OpenRlhf implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        List<String> queries = Read.texts(Read.member(request, "query"), "query");
        JsonNode prompts = request.path("prompts");
        List<Candidate> texts = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            String query = queries.get(i);
            String prompt = prompts.path(i).asText("");
            // Where the prompt is the beginning of the query it can be told from the completion.
            boolean begins = !prompt.isEmpty() && query.length() > prompt.length() && query.startsWith(prompt);
            texts.add(begins ? Read.templated(prompt, query.substring(prompt.length())) : Read.templated(query));
        }
        return texts;
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode rewards = answer.putArray("rewards");
        ArrayNode scores = answer.putArray("scores");
        ArrayNode logits = answer.putObject("extra_logs").putArray("touchstone_logit");
        for (Outcome outcome : batch.outcomes()) {
            double logit = Read.logit(outcome);
            rewards.add(logit);
            scores.add(Read.sigmoid(logit));
            logits.add(logit);
        }
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        return Read.detail(error);
    }
}
