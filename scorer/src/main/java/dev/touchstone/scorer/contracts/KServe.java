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
 * KServe's V2 protocol (Open Inference Protocol), {@code POST /v2/models/MODEL/infer}: one input {@code text} of type BYTES with
 * texts by the client's template; one output {@code reward} of type FP32, logits.
 */
public final class KServe implements Contract {
    private static final String INPUT = "text";
    private static final String OUTPUT = "reward";

    @Override
    public List<Candidate> texts(JsonNode request) {
        for (JsonNode input : Read.member(request, "inputs")) {
            if (input.path("name").asText().equals(INPUT)) {
                if (!input.path("datatype").asText().equals("BYTES")) {
                    throw Read.invalid("The input '" + INPUT + "' is not of the datatype BYTES.");
                }
                return Read.texts(Read.member(input, "data"), "data").stream()
                        .map(Read::templated)
                        .toList();
            }
        }
        throw Read.invalid("The request has no input named '" + INPUT + "'.");
    }

    @Override
    public JsonNode answer(JsonNode request, ScoredBatch batch) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("model_name", batch.model().modelId());
        answer.put("model_version", batch.model().versionId());
        if (request.has("id")) {
            answer.set("id", request.get("id"));
        }
        ObjectNode output = answer.putArray("outputs").addObject();
        output.put("name", OUTPUT).put("datatype", "FP32");
        output.putArray("shape").add(batch.outcomes().size());
        ArrayNode data = output.putArray("data");
        for (Outcome outcome : batch.outcomes()) {
            data.add(Read.logit(outcome));
        }
        return answer;
    }

    @Override
    public JsonNode error(int status, ApiError error) {
        return JsonNodeFactory.instance.objectNode().put("error", error.error().message());
    }

    /** What the metadata endpoint says of a model. */
    public static JsonNode metadata(String model, String version) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("name", model);
        metadata.putArray("versions").add(version);
        metadata.put("platform", "touchstone");
        tensor(metadata.putArray("inputs"), INPUT, "BYTES");
        tensor(metadata.putArray("outputs"), OUTPUT, "FP32");
        return metadata;
    }

    private static void tensor(ArrayNode tensors, String name, String type) {
        tensors.addObject()
                .put("name", name)
                .put("datatype", type)
                .putArray("shape")
                .add(-1);
    }
}
