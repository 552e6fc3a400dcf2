package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.Rotary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A {@code config.json} of Python's transformers, in the spelling of version 5 or of those before. What a key means when
 * it lacks is what the classes of transformers 5.18 say; what this program cannot compute is refused by name.
 */
public final class HuggingFaceConfig {

    /** Name of the file. */
    public static final String FILE = "config.json";

    private static final int MOST_LAYERS = 1 << 12;
    private static final List<String> UNSUPPORTED = List.of(
            "quantization_config",
            "per_layer_config",
            "alibi",
            "is_encoder_decoder",
            "add_cross_attention",
            "use_bidirectional_attention");

    private final JsonFile json;
    private final Family family;
    private final boolean head;
    private final LlamaConfig model;
    private final OptionalInt padTokenId;

    private HuggingFaceConfig(JsonFile json) throws CheckpointException {
        this.json = json;
        this.family = family(json);
        this.head = hasHead(json, family);
        refuseUnsupported();
        this.model = readModel();
        int pad = json.isAbsent("pad_token_id") ? -1 : json.integer("pad_token_id", -1, Integer.MIN_VALUE);
        if (pad >= model.vocabulary()) {
            throw json.refuse("pad_token_id (" + pad + ") must be below vocab_size (" + model.vocabulary() + ")");
        }
        this.padTokenId = pad < 0 ? OptionalInt.empty() : OptionalInt.of(pad);
    }

    /**
     * Reads the file of a model folder.
     *
     * @throws CheckpointException (missing) without one, (corrupt) when it is no JSON object, (mismatch) with a sentence
     *     that names what is not supported or wrong
     */
    public static HuggingFaceConfig read(Path folder) throws CheckpointException {
        return new HuggingFaceConfig(JsonFile.read(folder.resolve(FILE), JsonFile.LONGEST_CONFIG));
    }

    /** Shape of the network; a model without a reward head counts as one with a single head. */
    public LlamaConfig model() {
        return model;
    }

    /** Whether the weights hold a reward head: true for sequence classifiers, false for language and base models. */
    public boolean hasHead() {
        return head;
    }

    /** The token that fills up short inputs, below the size of the vocabulary; empty when the config names none. */
    public OptionalInt padTokenId() {
        return padTokenId;
    }

    /**
     * The config.json of a reward model of this shape: everything that this one says, but as a sequence classifier with so
     * many heads.
     *
     * @param rewardHeads number of heads, each a label
     * @param padTokenId taken when this config names none; transformers needs one for batches
     * @param dtype in which the weights are saved
     */
    public byte[] toRewardModel(int rewardHeads, int padTokenId, Dtype dtype) {
        ModelConfig.require(
                rewardHeads >= 1 && rewardHeads <= ModelConfig.MAX_REWARD_HEADS,
                "The number of reward heads must be in [1, " + ModelConfig.MAX_REWARD_HEADS + "].");
        ModelConfig.require(
                padTokenId >= 0 && padTokenId < model.vocabulary(), "The pad token must be in the vocabulary.");
        ObjectNode saved = json.node().deepCopy();
        saved.putArray("architectures").add(family.architecture());
        ObjectNode labels = saved.putObject("id2label");
        ObjectNode ids = saved.putObject("label2id");
        for (int i = 0; i < rewardHeads; i++) {
            labels.put(Integer.toString(i), "LABEL_" + i);
            ids.put("LABEL_" + i, i);
        }
        // transformers 5 counts the labels instead, and refuses a single one of the type below.
        saved.remove("num_labels");
        if (saved.path("problem_type").asText().equals("single_label_classification")) {
            saved.remove("problem_type");
        }
        saved.put("dtype", dtype.torchName());
        if (saved.has("torch_dtype")) {
            saved.put("torch_dtype", dtype.torchName());
        }
        saved.put("pad_token_id", this.padTokenId.orElse(padTokenId));
        saved.remove("touchstone");
        if (rewardHeads > 1) {
            saved.putObject("touchstone").put("reward_heads", rewardHeads);
        }
        return JsonFile.bytes(saved);
    }

    private static Family family(JsonFile json) throws CheckpointException {
        String type = json.text("model_type", "");
        for (Family family : Family.values()) {
            if (family.modelType().equals(type)) {
                return family;
            }
        }
        String known = Arrays.stream(Family.values()).map(Family::modelType).collect(Collectors.joining(", "));
        throw json.refuse("model_type \"" + type + "\" is not supported: take a model of type " + known);
    }

    private static boolean hasHead(JsonFile json, Family family) throws CheckpointException {
        JsonNode architectures = json.node().path("architectures");
        String name = architectures.size() == 1 ? architectures.path(0).asText() : architectures.toString();
        String prefix = family.architecture().replace("ForSequenceClassification", "");
        if (name.equals(family.architecture())) {
            return true;
        }
        if (name.equals(prefix + "ForCausalLM") || name.equals(prefix + "Model")) {
            return false;
        }
        throw json.refuse("architectures " + name + " is not supported: take a " + family.architecture() + ", " + prefix
                + "ForCausalLM or " + prefix + "Model");
    }

    private void refuseUnsupported() throws CheckpointException {
        for (String key : UNSUPPORTED) {
            if (json.isSet(key)) {
                throw json.refuse(key + " is not supported");
            }
        }
        if (!json.flag("is_causal", true)) {
            throw json.refuse("attention that is not causal (is_causal) is not supported");
        }
        String activation = json.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw json.refuse("hidden_act \"" + activation + "\" is not supported, silu alone is");
        }
    }

    private LlamaConfig readModel() throws CheckpointException {
        boolean qwen = family == Family.QWEN2 || family == Family.QWEN3;
        int dim = json.integer("hidden_size", 4096, 1);
        int layers = json.integer("num_hidden_layers", 32, 1);
        if (layers > MOST_LAYERS) {
            throw json.refuse("num_hidden_layers must be at most " + MOST_LAYERS);
        }
        int heads = json.integer("num_attention_heads", 32, 1);
        int maxTokens = json.integer("max_position_embeddings", qwen ? 32768 : mistralOr(131072, 2048), 2);
        boolean attentionBias =
                (family == Family.LLAMA || family == Family.QWEN3) && json.flag("attention_bias", false);
        int window = slidingWindow();
        Rotary rotary = RopeReader.read(json, maxTokens);
        try {
            LlamaConfig config = new LlamaConfig(
                    family,
                    dim,
                    layers,
                    heads,
                    keyValueHeads(heads),
                    headDim(dim, heads),
                    json.integer("intermediate_size", qwen ? 22016 : mistralOr(14336, 11008), 1),
                    maxTokens,
                    json.integer("vocab_size", qwen ? 151936 : 32000, 1),
                    json.positive("rms_norm_eps", 1e-6),
                    family == Family.QWEN2 || attentionBias,
                    attentionBias,
                    family == Family.LLAMA && json.flag("mlp_bias", false),
                    family == Family.QWEN3,
                    rotary,
                    window,
                    slidingLayers(layers, window),
                    head ? rewardHeads() : 1);
            boolean sound = Arrays.stream(rotary.frequencies(config.headDim())).allMatch(Double::isFinite);
            if (!sound || !Double.isFinite(rotary.attentionFactor())) {
                throw json.refuse("the rope parameters are out of range");
            }
            return config;
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(CheckpointException.Kind.MISMATCH, json.file() + ": " + e.getMessage(), e);
        }
    }

    private int mistralOr(int mistral, int llama) {
        return family == Family.MISTRAL ? mistral : llama;
    }

    private int keyValueHeads(int heads) throws CheckpointException {
        String key = "num_key_value_heads";
        // Mistral's class takes no null.
        if (json.node().path(key).isNull() && family != Family.MISTRAL) {
            return heads;
        }
        return switch (family) {
            case LLAMA -> json.integer(key, heads, 1);
            case MISTRAL -> json.integer(key, 8, 1);
            case QWEN2, QWEN3 -> json.integer(key, 32, 1);
        };
    }

    private int headDim(int dim, int heads) throws CheckpointException {
        // Qwen3's class takes no null.
        if (json.isAbsent("head_dim") && family != Family.QWEN3) {
            return dim / heads;
        }
        return json.integer("head_dim", 128, 1);
    }

    private int slidingWindow() throws CheckpointException {
        boolean used = family == Family.MISTRAL || (family != Family.LLAMA && json.flag("use_sliding_window", false));
        return !used || json.node().path("sliding_window").isNull() ? 0 : json.integer("sliding_window", 4096, 1);
    }

    private List<Boolean> slidingLayers(int layers, int window) throws CheckpointException {
        if (family == Family.MISTRAL && json.node().has("layer_types")) {
            // transformers takes such a config for another family, Ministral.
            throw json.refuse("layer_types in a model of type mistral are not supported");
        }
        if (family == Family.LLAMA || family == Family.MISTRAL) {
            return Collections.nCopies(layers, window > 0);
        }
        List<Boolean> sliding = new ArrayList<>();
        if (json.isAbsent("layer_types")) {
            int first = json.integer("max_window_layers", 28, 0);
            for (int i = 0; i < layers; i++) {
                sliding.add(window > 0 && i >= first);
            }
            return sliding;
        }
        for (JsonNode type : json.node().path("layer_types")) {
            switch (type.asText()) {
                case "full_attention", "attention" -> sliding.add(false);
                case "sliding_attention" -> sliding.add(true);
                default -> throw json.refuse("layer_types with " + type + " are not supported");
            }
        }
        return sliding;
    }

    /** As many as there are labels: one, or what Touchstone's own section says. */
    private int rewardHeads() throws CheckpointException {
        int heads = json.object("touchstone").integer("reward_heads", 1, 1);
        int labels = json.isAbsent("id2label")
                ? json.integer("num_labels", 2, 1)
                : json.object("id2label").node().size();
        if (labels != heads) {
            throw json.refuse("a reward model has one label, but id2label or num_labels says " + labels
                    + "; several heads need \"touchstone\": {\"reward_heads\": " + labels + "}");
        }
        return heads;
    }
}
