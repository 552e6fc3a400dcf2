package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.time.Clock;
import java.util.List;

/**
 * vLLM's {@code /classify} and {@code /pooling}: {@code {"model","input":TEXT|[TEXT,...]}} with texts by the client's
 * template, or {@code {"messages":[...]}} that end with the answer. {@code use_activation} (true where it is not said) gives a
 * probability by the logistic function, false the logit, which is what verl reads. Under {@code text} instead of
 * {@code input} it answers as SGLang's {@code /classify} does. Token counts in {@code usage} are not told: 0.
 *
 * @param pooling whether the answer is that of {@code /pooling}, which always has the logit unless an activation is asked for
 * @param clock for the time in the answer
 */
public record Vllm(boolean pooling, Clock clock) implements Contract {
    @Override
    public List<Candidate> texts(JsonNode request) {
        JsonNode messages = request.get("messages");
        if (messages != null) {
            return List.of(Read.conversation(Read.turns(messages, "messages")));
        }
        String name = request.has("text") ? "text" : "input";
        return Read.texts(Read.member(request, name), name).stream()
                .map(Read::templated)
                .toList();
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        if (!pooling && request.has("text")) {
            return sglang(batch);
        }
        boolean activation = request.path("use_activation").asBoolean(!pooling);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("id", (pooling ? "pool-" : "classify-") + batch.model().versionId());
        answer.put("object", "list");
        answer.put("created", clock.instant().getEpochSecond());
        answer.put("model", request.path("model").asText(batch.model().modelId()));
        ArrayNode data = answer.putArray("data");
        for (Outcome outcome : batch.outcomes()) {
            double logit = Read.logit(outcome);
            double value = activation ? Read.sigmoid(logit) : logit;
            ObjectNode item = data.addObject().put("index", data.size() - 1);
            if (pooling) {
                item.put("object", "pooling").putArray("data").add(value);
            } else {
                item.put("label", "LABEL_0")
                        .put("num_classes", 1)
                        .putArray("probs")
                        .add(value);
            }
        }
        answer.putObject("usage").put("prompt_tokens", 0).put("total_tokens", 0).put("completion_tokens", 0);
        return answer;
    }

    private static JsonNode sglang(ScoredBatch batch) {
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        for (Outcome outcome : batch.outcomes()) {
            ObjectNode item = answer.addObject();
            item.putArray("embedding").add(Read.logit(outcome));
            item.putObject("meta_info").put("modelVersion", batch.model().versionId());
        }
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putObject("error")
                .put("message", error.error().message())
                .put("type", error.error().code())
                .putNull("param")
                .put("code", status);
        return answer;
    }
}
