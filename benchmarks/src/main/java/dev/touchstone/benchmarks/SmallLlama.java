package dev.touchstone.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.InputSettings;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.SafetensorsWriter;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.checkpoint.TensorSource;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.text.ChatFormat.Critiques;
import dev.touchstone.rewardmodel.text.SpecialToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small Llama in Hugging Face's files, with a tokenizer of whole words and random pairs of texts: a folder that we and
 * Python's transformers both read, so that both learn the same model from the same texts.
 *
 * @param dim width
 * @param layers blocks
 * @param heads query heads, and as many key heads
 * @param feedForward width of the gated layer
 * @param vocabulary words, the special tokens among them
 * @param promptWords words of a prompt
 * @param answerWords words of a completion
 * @param pairs pairs of a batch
 */
record SmallLlama(
        int dim, int layers, int heads, int feedForward, int vocabulary, int promptWords, int answerWords, int pairs) {

    /** The shape of the record: 245 words a side, which every format brings to 246 to 250 tokens. */
    static final SmallLlama STANDARD = new SmallLlama(256, 4, 4, 1024, 4096, 100, 145, 16);

    /** Ends in milliseconds. */
    static final SmallLlama TINY = new SmallLlama(32, 2, 2, 64, 512, 10, 15, 2);

    private static final int MAX_TOKENS = 256;

    /** The texts one behind the other and an end, as TRL joins them. */
    private static final String TEMPLATE = "{% for m in messages %}{{ m['content'] }} {% endfor %}<reward>";

    /** How many batches the file of texts holds; then it begins again. */
    private static final int BATCHES = 16;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Words of both sides of a batch: what both count as its tokens. */
    int words() {
        return 2 * pairs * (promptWords + answerWords);
    }

    /** Writes config.json, tokenizer.json, model.safetensors, and pairs.jsonl. */
    void write(Path folder) throws IOException, CheckpointException {
        JSON.writeValue(folder.resolve("config.json").toFile(), config());
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        Random random = new Random(1);
        List<TensorSource> tensors = new ArrayList<>();
        for (Parameter parameter : ParameterLayout.of(StoredModel.open(folder).config(), null)
                .trained()
                .parameters()) {
            float[] values = new float[Math.toIntExact(parameter.size())];
            boolean norm = parameter.name().endsWith("norm.weight");
            for (int i = 0; i < values.length; i++) {
                values[i] = norm ? 1 : (float) (0.02 * random.nextGaussian());
            }
            long[] shape = parameter.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.add(TensorSource.of(parameter.name(), shape, values, 0));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, SafetensorsWriter.METADATA);
        StringBuilder lines = new StringBuilder();
        for (TrainingPair pair : texts()) {
            lines.append(JSON.writeValueAsString(Map.of(
                            "prompt", pair.chosen().prompt().get(0).content() + " ",
                            "chosen", pair.chosen().completion(),
                            "rejected", pair.rejected().completion())))
                    .append('\n');
        }
        Files.writeString(folder.resolve("pairs.jsonl"), lines);
    }

    /** How both sides are written: no critiques, for TRL knows none. */
    static StoredModel open(Path folder) throws CheckpointException {
        return new InputSettings(MAX_TOKENS, Critiques.NONE).applyTo(StoredModel.open(folder));
    }

    /** The pairs of the file. */
    List<TrainingPair> texts() {
        Random random = new Random(2);
        return IntStream.range(0, BATCHES * pairs)
                .mapToObj(i -> {
                    List<Turn> prompt = List.of(new Turn("user", text(random, promptWords)));
                    return new TrainingPair(
                            new RewardInput(prompt, text(random, answerWords), null),
                            new RewardInput(prompt, text(random, answerWords), null),
                            0);
                })
                .toList();
    }

    private String text(Random random, int words) {
        return random.ints(words, SpecialToken.values().length + 1, vocabulary)
                .mapToObj(i -> "w" + i)
                .collect(Collectors.joining(" "));
    }

    private Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForSequenceClassification"));
        config.put("model_type", "llama");
        config.put("hidden_size", dim);
        config.put("num_hidden_layers", layers);
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", heads);
        config.put("intermediate_size", feedForward);
        config.put("vocab_size", vocabulary);
        config.put("max_position_embeddings", MAX_TOKENS);
        config.put("id2label", Map.of("0", "LABEL_0"));
        config.put("pad_token_id", SpecialToken.PAD.id());
        config.put("bos_token_id", SpecialToken.START.id());
        config.put("eos_token_id", SpecialToken.REWARD.id());
        config.put("torch_dtype", "float32");
        return config;
    }

    /** One token per word, our special tokens first. */
    private Map<String, Object> tokenizer() {
        Map<String, Object> words = new LinkedHashMap<>();
        Arrays.stream(SpecialToken.values()).forEach(special -> words.put(special.token(), special.id()));
        words.put("<unk>", words.size());
        for (int i = words.size(); i < vocabulary; i++) {
            words.put("w" + i, i);
        }
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        tokenizer.put("version", "1.0");
        tokenizer.put("added_tokens", List.of());
        tokenizer.put("pre_tokenizer", Map.of("type", "WhitespaceSplit"));
        tokenizer.put("model", Map.of("type", "WordLevel", "vocab", words, "unk_token", "<unk>"));
        return tokenizer;
    }
}
