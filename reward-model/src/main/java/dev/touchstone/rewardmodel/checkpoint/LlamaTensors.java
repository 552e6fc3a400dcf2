package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.checkpoint.TensorSpec.Dimension;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of a {@link LlamaConfig} under the names of Python's transformers. */
public final class LlamaTensors {

    /** Name of the reward heads, one row each. */
    public static final String HEAD = "score.weight";

    private static final String BODY = "model.";

    private LlamaTensors() {}

    /** Every tensor in the order of the forward pass; the last one is the reward heads when they are wanted. */
    public static List<TensorSpec> of(LlamaConfig model, boolean withHead) {
        Dimension width = new Dimension(model.dim(), "hidden_size");
        Dimension inner = new Dimension(model.feedForward(), "intermediate_size");
        Dimension head = new Dimension(model.headDim(), "head_dim");
        Dimension queries = new Dimension((long) model.heads() * model.headDim(), "num_attention_heads * head_dim");
        Dimension keys =
                new Dimension((long) model.keyValueHeads() * model.headDim(), "num_key_value_heads * head_dim");
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(
                new TensorSpec(BODY + "embed_tokens.weight", new Dimension(model.vocabulary(), "vocab_size"), width));
        for (int i = 0; i < model.layers(); i++) {
            String layer = BODY + "layers." + i + ".";
            String attention = layer + "self_attn.";
            tensors.add(new TensorSpec(layer + "input_layernorm.weight", width));
            linear(tensors, attention + "q_proj", queries, width, model.queryKeyValueBias());
            linear(tensors, attention + "k_proj", keys, width, model.queryKeyValueBias());
            linear(tensors, attention + "v_proj", keys, width, model.queryKeyValueBias());
            if (model.queryKeyNorm()) {
                tensors.add(new TensorSpec(attention + "q_norm.weight", head));
                tensors.add(new TensorSpec(attention + "k_norm.weight", head));
            }
            linear(tensors, attention + "o_proj", width, queries, model.outputBias());
            tensors.add(new TensorSpec(layer + "post_attention_layernorm.weight", width));
            linear(tensors, layer + "mlp.gate_proj", inner, width, model.feedForwardBias());
            linear(tensors, layer + "mlp.up_proj", inner, width, model.feedForwardBias());
            linear(tensors, layer + "mlp.down_proj", width, inner, model.feedForwardBias());
        }
        tensors.add(new TensorSpec(BODY + "norm.weight", width));
        if (withHead) {
            tensors.add(head(model));
        }
        return tensors;
    }

    /** The reward heads. */
    public static TensorSpec head(LlamaConfig model) {
        return new TensorSpec(
                HEAD, new Dimension(model.rewardHeads(), "id2label"), new Dimension(model.dim(), "hidden_size"));
    }

    private static void linear(List<TensorSpec> tensors, String name, Dimension out, Dimension in, boolean bias) {
        tensors.add(new TensorSpec(name + ".weight", out, in));
        if (bias) {
            tensors.add(new TensorSpec(name + ".bias", out));
        }
    }

    /**
     * Finds the tensors of {@link #of} in a folder: a map from the names there to what the folder has, whose own name may
     * lack {@code model.} when the base model alone was saved. The output layer of a language model and the rotary
     * frequencies of old files are passed over.
     *
     * @throws CheckpointException (mismatch) names the first tensor that lacks, has another shape, has a type that cannot
     *     be read, or is unknown
     */
    public static Map<String, TensorInfo> find(TensorFolder weights, LlamaConfig model, boolean withHead)
            throws CheckpointException {
        boolean prefixed = weights.tensors().keySet().stream().anyMatch(name -> name.startsWith(BODY));
        Map<String, TensorInfo> found = new LinkedHashMap<>();
        for (TensorInfo tensor : weights.tensors().values()) {
            String name = tensor.name();
            if (!name.equals("lm_head.weight") && !name.endsWith("rotary_emb.inv_freq")) {
                found.put(prefixed || name.equals(HEAD) ? name : BODY + name, tensor);
            }
        }
        return TensorSpec.match(weights.folder(), "config.json", found, of(model, withHead));
    }
}
