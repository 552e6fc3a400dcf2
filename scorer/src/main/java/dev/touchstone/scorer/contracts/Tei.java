package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Hugging Face TEI's {@code /predict}: {@code {"inputs":TEXT | [TEXT,PAIR] | [[TEXT],[TEXT,PAIR],...],"raw_scores"}}. A pair is a
 * prompt and its completion as plain texts, for which the model has a template; a text alone is templated already. A list at
 * the top is one pair, as there.
 */
public final class Tei implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        JsonNode inputs = Read.member(request, "inputs");
        if (!isBatch(inputs)) {
            return List.of(one(Read.texts(inputs, "inputs")));
        }
        List<Candidate> texts = new ArrayList<>();
        for (JsonNode input : inputs) {
            texts.add(one(Read.texts(input, "inputs")));
        }
        return texts;
    }

    private static boolean isBatch(JsonNode inputs) {
        return inputs.isArray() && (inputs.isEmpty() || inputs.get(0).isArray());
    }

    private static Candidate one(List<String> texts) {
        return switch (texts.size()) {
            case 1 -> Read.templated(texts.get(0));
            case 2 -> Read.conversation(List.of(new Message("user", texts.get(0))), texts.get(1));
            default -> throw Read.invalid("An element of inputs is neither one text nor a pair.");
        };
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        boolean raw = request.path("raw_scores").asBoolean(false);
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        boolean list = isBatch(request.path("inputs"));
        for (Outcome outcome : batch.outcomes()) {
            double logit = Read.logit(outcome);
            ArrayNode into = list ? answer.addArray() : answer;
            into.addObject().put("score", raw ? logit : Read.sigmoid(logit)).put("label", "LABEL_0");
        }
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        String type = switch (status) {
            case 429 -> "Overloaded";
            case 500, 503 -> "Backend";
            default -> "Validation";
        };
        return JsonNodeFactory.instance
                .objectNode()
                .put("error", error.error().message())
                .put("error_type", type);
    }
}
