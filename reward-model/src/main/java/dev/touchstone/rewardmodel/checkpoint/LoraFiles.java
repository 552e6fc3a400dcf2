package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.checkpoint.TensorSpec.Dimension;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as Python's PEFT keeps it: {@code adapter_config.json} and {@code adapter_model.safetensors}. Plain LoRA on
 * the projections of the blocks, with or without the reward heads; everything else is refused by name.
 *
 * @param lora rank, scaling and targets
 * @param withHead whether the reward heads are among the adapter's tensors
 */
public record LoraFiles(LoraConfig lora, boolean withHead) {

    /** The description. */
    public static final String CONFIG = "adapter_config.json";

    /** The tensors. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final Set<String> HEADS = Set.of("score", "classifier");

    /** Keys that are read below, or say how the adapter was made and not what it computes. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "bias",
            "ensure_weight_tying",
            "eva_config",
            "inference_mode",
            "init_lora_weights",
            "lora_alpha",
            "lora_dropout",
            "megatron_core",
            "modules_to_save",
            "peft_type",
            "peft_version",
            "qalora_group_size",
            "r",
            "revision",
            "runtime_config",
            "target_modules",
            "task_type",
            "use_rslora");

    /** Other ways to initialise also change the base model, or the adapter's form. */
    private static final Set<String> HARMLESS_INITIALISATION = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    /**
     * Reads the description of an adapter folder.
     *
     * @throws CheckpointException (missing) without one, (corrupt) when it is no JSON object, (mismatch) with a sentence
     *     that names what is not supported or wrong
     */
    public static LoraFiles read(Path folder) throws CheckpointException {
        JsonFile json = JsonFile.read(folder.resolve(CONFIG), JsonFile.LONGEST_CONFIG);
        oneOf(json, "peft_type", Set.of("LORA"), "");
        oneOf(json, "bias", Set.of("none"), "none");
        oneOf(json, "init_lora_weights", HARMLESS_INITIALISATION, "true");
        if (!json.isAbsent("task_type")) {
            oneOf(json, "task_type", Set.of("SEQ_CLS", "CAUSAL_LM"), "");
        }
        for (Iterator<String> keys = json.node().fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!HARMLESS.contains(key) && json.isSet(key)) {
                throw json.refuse(key + " is not supported: train a plain LoRA adapter");
            }
        }
        boolean head = json.node().path("task_type").asText().equals("SEQ_CLS");
        for (JsonNode module : json.node().path("modules_to_save")) {
            if (!HEADS.contains(module.asText())) {
                throw json.refuse("modules_to_save with " + module + " are not supported, score alone is");
            }
            head |= module.asText().equals("score");
        }
        try {
            LoraConfig lora = new LoraConfig(
                    json.integer("r", 8, 1),
                    json.positive("lora_alpha", 8),
                    json.flag("use_rslora", false),
                    targets(json));
            return new LoraFiles(lora, head);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(Kind.MISMATCH, json.file() + ": " + e.getMessage(), e);
        }
    }

    private static void oneOf(JsonFile json, String key, Set<String> supported, String otherwise)
            throws CheckpointException {
        String value = json.node().path(key).asText(otherwise);
        if (!supported.contains(value)) {
            throw json.refuse(key + " \"" + value + "\" is not supported: train a plain LoRA adapter");
        }
    }

    private static SortedSet<String> targets(JsonFile json) throws CheckpointException {
        JsonNode modules = json.node().path("target_modules");
        if (modules.asText().equals("all-linear")) {
            return new TreeSet<>(LoraConfig.PROJECTIONS);
        }
        if (!modules.isArray()) {
            throw json.refuse("target_modules must be a list of names or \"all-linear\"; patterns are not supported");
        }
        SortedSet<String> targets = new TreeSet<>();
        for (JsonNode module : modules) {
            // PEFT writes "all-linear" as a full name per layer; whether all layers are there shows in the tensors.
            targets.add(module.asText().substring(module.asText().lastIndexOf('.') + 1));
        }
        return targets;
    }

    /**
     * The description as PEFT 0.21 loads it, for an adapter of a sequence classifier. Its bytes depend on the arguments
     * alone.
     *
     * @param baseModel folder or hub name of the model below; null when PEFT's caller gives it
     */
    public static byte[] config(LoraConfig lora, @Nullable String baseModel) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        // PEFT declares a whole number, though it computes with any.
        if (lora.alpha() == Math.rint(lora.alpha()) && lora.alpha() < Integer.MAX_VALUE) {
            json.put("lora_alpha", (int) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        json.put("lora_bias", false);
        json.put("lora_dropout", 0.0);
        json.putArray("modules_to_save").add("classifier").add("score");
        json.put("peft_type", "LORA");
        json.put("r", lora.rank());
        ArrayNode targets = json.putArray("target_modules");
        lora.targets().forEach(targets::add);
        json.put("task_type", "SEQ_CLS");
        json.put("use_dora", false);
        json.put("use_rslora", lora.rankStabilised());
        return JsonFile.bytes(json);
    }

    /** Every tensor of the adapter of such a model, A before B, in the order of the forward pass; the heads last. */
    public List<TensorSpec> tensors(LlamaConfig model) {
        Dimension rank = new Dimension(lora.rank(), "r");
        List<TensorSpec> tensors = new ArrayList<>();
        for (TensorSpec matrix : LlamaTensors.of(model, false)) {
            String module = matrix.name().replaceFirst("\\.weight$", "");
            if (lora.targets().contains(module.substring(module.lastIndexOf('.') + 1))) {
                Dimension out = matrix.dimensions().get(0);
                Dimension in = matrix.dimensions().get(1);
                tensors.add(new TensorSpec(ParameterLayout.ADAPTED + module + ".lora_A.weight", rank, in));
                tensors.add(new TensorSpec(ParameterLayout.ADAPTED + module + ".lora_B.weight", out, rank));
            }
        }
        if (withHead) {
            TensorSpec head = LlamaTensors.head(model);
            tensors.add(new TensorSpec(ParameterLayout.ADAPTED + head.name(), head.dimensions()));
        }
        return tensors;
    }

    /**
     * Finds the tensors of {@link #tensors} in a file: a map from the names there to what the file has, whose own name may
     * also hold the adapter's name ({@code lora_A.default.weight}) or PEFT's wrapper
     * ({@code score.modules_to_save.default.weight}), as in a state that was saved without PEFT.
     *
     * @throws CheckpointException (mismatch) names the first tensor that lacks, has another shape, has a type that cannot
     *     be read, or is unknown; (corrupt) when one is there in two spellings
     */
    public Map<String, TensorInfo> find(SafetensorsFile file, LlamaConfig model) throws CheckpointException {
        Map<String, TensorInfo> found = new LinkedHashMap<>();
        for (TensorInfo tensor : file.tensors().values()) {
            String name =
                    tensor.name().replace(".modules_to_save.", ".").replaceFirst("\\.default\\.weight$", ".weight");
            TensorInfo other = found.put(name, tensor);
            if (other != null) {
                throw new CheckpointException(
                        Kind.CORRUPT, file.file() + " has " + other.name() + " and " + tensor.name() + ".");
            }
        }
        return TensorSpec.match(file.file(), CONFIG, found, tensors(model));
    }
}
