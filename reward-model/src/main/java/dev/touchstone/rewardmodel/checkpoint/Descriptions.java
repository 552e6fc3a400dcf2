package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;

/** The JSON files of a checkpoint. None holds a time or a path, so that their bytes depend on the model alone. */
final class Descriptions {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Key of base.json: an adapter may have other reward heads than the model below it. */
    static final String REWARD_HEADS = "reward_heads";

    private static final String MODEL_TYPE = "touchstone-decoder";

    private Descriptions() {}

    static byte[] config(BuiltInConfig model) {
        return bytes(JSON.createObjectNode()
                .put("model_type", MODEL_TYPE)
                .put("hidden_size", model.dim())
                .put("num_hidden_layers", model.layers())
                .put("num_attention_heads", model.heads())
                .put("intermediate_size", model.feedForward())
                .put("max_position_embeddings", model.maxTokens())
                .put("vocab_size", model.vocabulary())
                .put("num_labels", model.rewardHeads()));
    }

    static boolean isBuiltIn(JsonNode config) {
        return config.path("model_type").asText().equals(MODEL_TYPE);
    }

    static BuiltInConfig model(Path folder, JsonNode config) throws CheckpointException {
        Path file = folder.resolve(HuggingFaceConfig.FILE);
        try {
            return new BuiltInConfig(
                    config.path("hidden_size").asInt(),
                    config.path("num_hidden_layers").asInt(),
                    config.path("num_attention_heads").asInt(),
                    config.path("intermediate_size").asInt(),
                    config.path("max_position_embeddings").asInt(),
                    config.path("vocab_size").asInt(),
                    config.path("num_labels").asInt(1));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(Kind.MISMATCH, file + ": " + e.getMessage(), e);
        }
    }

    static byte[] counters(TrainingCounters state) {
        return bytes(JSON.createObjectNode()
                .put("steps", state.steps())
                .put("pairs", state.pairs())
                .put("skipped_steps", state.skippedSteps())
                .put("skipped_in_a_row", state.skippedInARow()));
    }

    static long counter(Path folder, JsonNode counters, String name) throws CheckpointException {
        JsonNode value = counters.path(name);
        if (!value.isIntegralNumber() || value.asLong() < 0) {
            throw new CheckpointException(Kind.CORRUPT, folder.resolve(Checkpoint.COUNTERS) + " lacks " + name + ".");
        }
        return value.asLong();
    }

    static byte[] manifest(String versionId, String sha256, SortedMap<String, String> digests) {
        ObjectNode manifest = JSON.createObjectNode().put("version", versionId).put("sha256", sha256);
        ObjectNode files = manifest.putObject("files");
        digests.forEach(files::put);
        return bytes(manifest);
    }

    static byte[] base(String sha256, int rewardHeads) {
        return bytes(JSON.createObjectNode().put("sha256", sha256).put(REWARD_HEADS, rewardHeads));
    }

    static JsonNode parse(Path folder, String name, byte[] content) throws CheckpointException {
        try {
            return JSON.readTree(content);
        } catch (IOException e) {
            throw new CheckpointException(Kind.CORRUPT, folder.resolve(name) + " is no JSON.", e);
        }
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A checkpoint's description could not be written as JSON.", e);
        }
    }
}
