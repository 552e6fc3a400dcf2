package dev.touchstone.rewardmodel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Dtype;
import dev.touchstone.rewardmodel.checkpoint.SafetensorsWriter;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.checkpoint.TensorSource;
import dev.touchstone.rewardmodel.internal.RandomLlama;
import dev.touchstone.rewardmodel.text.BpeTrainer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A random tiny model of Llama's kind, as a folder in Hugging Face's layout. Everything that a test assumes about such a
 * folder stands here.
 *
 * @param family whose layout and names
 * @param rewardHeads number of reward heads; 0 for a language model, which has none
 * @param seed of the weights
 */
public record TinyCheckpoint(Family family, int rewardHeads, long seed) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Words of {@link ToyTask}, so that inputs are short. */
    private static final byte[] TOKENIZER =
            BpeTrainer.train(Collections.nCopies(3, String.join("\n", ToyTask.TEXTS)), 340);

    private static final String TEMPLATE = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}\n{% endfor %}";

    private static final int VOCABULARY = vocabulary();

    private static int vocabulary() {
        try {
            return JSON.readTree(TOKENIZER).path("model").path("vocab").size();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Shape of the network: a window of 24 for Mistral and in the first block of Qwen2. */
    public LlamaConfig config() {
        boolean sliding = family == Family.MISTRAL || family == Family.QWEN2;
        List<Boolean> layers = List.of(sliding, family == Family.MISTRAL);
        return new LlamaConfig(
                family,
                16,
                2,
                4,
                2,
                4,
                24,
                96,
                VOCABULARY,
                1e-5,
                family == Family.QWEN2,
                false,
                false,
                family == Family.QWEN3,
                new Rotary.Default(1e4),
                sliding ? 24 : 0,
                layers,
                Math.max(1, rewardHeads));
    }

    /** The weights by name. */
    public Map<String, float[]> weights() {
        Map<String, float[]> weights = RandomLlama.weights(config(), seed);
        if (rewardHeads == 0) {
            weights.remove("score.weight");
            // A language model's output layer is there and not read.
            weights.put("lm_head.weight", new float[VOCABULARY * config().dim()]);
        }
        return weights;
    }

    /** Writes the folder and opens it. */
    public StoredModel in(Path folder) throws Exception {
        write(folder, weights());
        return StoredModel.open(folder);
    }

    /** Writes the folder with these weights. */
    public void write(Path folder, Map<String, float[]> weights) throws Exception {
        Files.createDirectories(folder);
        Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(description()));
        Files.write(folder.resolve("tokenizer.json"), TOKENIZER);
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        Map<String, int[]> shapes = RandomLlama.shapes(config());
        shapes.put("lm_head.weight", new int[] {VOCABULARY, config().dim()});
        List<TensorSource> tensors = new ArrayList<>();
        weights.forEach((name, values) -> tensors.add(new TensorSource(
                name, Dtype.F32, longs(shapes.get(name)), sink -> sink.accept(FloatBuffer.wrap(values)))));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, SafetensorsWriter.METADATA);
    }

    private static long[] longs(int[] shape) {
        long[] wide = new long[shape.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = shape[i];
        }
        return wide;
    }

    /** The config.json. */
    public ObjectNode description() {
        LlamaConfig config = config();
        ObjectNode json = JSON.createObjectNode()
                .put("model_type", family.modelType())
                .put("hidden_size", config.dim())
                .put("num_hidden_layers", config.layers())
                .put("num_attention_heads", config.heads())
                .put("num_key_value_heads", config.keyValueHeads())
                .put("head_dim", config.headDim())
                .put("intermediate_size", config.feedForward())
                .put("max_position_embeddings", config.maxTokens())
                .put("vocab_size", config.vocabulary())
                .put("rms_norm_eps", config.normEpsilon())
                .put("rope_theta", config.rotary().theta())
                .put("dtype", "float32");
        String architecture = family.architecture();
        json.putArray("architectures")
                .add(rewardHeads > 0 ? architecture : architecture.replace("SequenceClassification", "CausalLM"));
        if (config.slidingWindow() > 0) {
            json.put("sliding_window", config.slidingWindow());
        } else {
            json.putNull("sliding_window");
        }
        if (family == Family.QWEN2 || family == Family.QWEN3) {
            json.put("use_sliding_window", config.slidingWindow() > 0);
            ArrayNode types = json.putArray("layer_types");
            config.slidingLayers().forEach(slides -> types.add(slides ? "sliding_attention" : "full_attention"));
        }
        if (rewardHeads > 0) {
            ObjectNode labels = json.putObject("id2label");
            for (int i = 0; i < rewardHeads; i++) {
                labels.put(Integer.toString(i), "LABEL_" + i);
            }
        }
        if (rewardHeads > 1) {
            json.putObject("touchstone").put("reward_heads", rewardHeads);
        }
        return json;
    }
}
