package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A reward model whose every size differs from the defaults. */
    private static final String FULL = """
            "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2,
            "head_dim": 12, "intermediate_size": 80, "max_position_embeddings": 256, "vocab_size": 320,
            "rms_norm_eps": 1e-5, "id2label": {"0": "LABEL_0"}, "pad_token_id": 2, "unknown": [1.5, {"x": null}]""";

    @TempDir
    private Path folder;

    @Test
    void shouldTakeEveryKeyWhenAllAreThere() throws Exception {
        HuggingFaceConfig config = read("llama", FULL + ", \"attention_bias\": true, \"mlp_bias\": true");
        LlamaConfig model = config.model();
        assertThat(model)
                .isEqualTo(new LlamaConfig(
                        Family.LLAMA,
                        48,
                        3,
                        6,
                        2,
                        12,
                        80,
                        256,
                        320,
                        1e-5,
                        true,
                        true,
                        true,
                        false,
                        new Rotary.Default(10_000),
                        0,
                        List.of(false, false, false),
                        1));
        assertThat(config.hasHead()).isTrue();
        assertThat(config.padTokenId()).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({
        "llama,   32, 128, 11008,   2048,  32000,    0",
        "mistral,  8, 128, 14336, 131072,  32000, 4096",
        "qwen2,   32, 128, 22016,  32768, 151936,    0",
        "qwen3,   32, 128, 22016,  32768, 151936,    0"
    })
    void shouldTakeTheDefaultsOfTransformersWhenKeysLack(
            String type, int keyValueHeads, int headDim, int feedForward, int maxTokens, int vocabulary, int window)
            throws Exception {
        LlamaConfig model = read(type, "\"num_labels\": 1").model();
        assertThat(List.of(model.dim(), model.layers(), model.heads(), model.keyValueHeads(), model.headDim()))
                .containsExactly(4096, 32, 32, keyValueHeads, headDim);
        assertThat(List.of(model.feedForward(), model.maxTokens(), model.vocabulary(), model.slidingWindow()))
                .containsExactly(feedForward, maxTokens, vocabulary, window);
        assertThat(model.normEpsilon()).isEqualTo(1e-6);
        assertThat(model.rotary()).isEqualTo(new Rotary.Default(10_000));
        assertThat(model.queryKeyValueBias()).isEqualTo(type.equals("qwen2"));
        assertThat(model.outputBias() || model.feedForwardBias()).isFalse();
        assertThat(model.queryKeyNorm()).isEqualTo(type.equals("qwen3"));
        assertThat(model.slidingLayers()).containsOnly(window > 0);
    }

    @Test
    void shouldDeriveHeadsWhenTheyAreNullOrLack() throws Exception {
        String sizes = "\"hidden_size\": 64, \"num_attention_heads\": 4, \"num_labels\": 1, \"vocab_size\": 300";
        LlamaConfig llama = read("llama", sizes + ", \"num_key_value_heads\": null, \"head_dim\": null")
                .model();
        assertThat(llama.keyValueHeads()).isEqualTo(4);
        assertThat(llama.headDim()).isEqualTo(16);
        assertThat(read("qwen3", sizes + ", \"num_key_value_heads\": null")
                        .model()
                        .headDim())
                .isEqualTo(128);
        assertRefused("qwen3", sizes + ", \"num_key_value_heads\": 2, \"head_dim\": null", "head_dim");
        assertRefused("mistral", sizes + ", \"num_key_value_heads\": null", "num_key_value_heads");
        assertRefused("mistral", sizes, "multiple of num_key_value_heads (8)");
    }

    @Test
    void shouldKnowWhichProjectionsHaveABiasWhenAttentionBiasIsSet() throws Exception {
        String biased = FULL + ", \"attention_bias\": true, \"mlp_bias\": true";
        assertThat(read("qwen3", biased).model())
                .matches(m -> m.queryKeyValueBias() && m.outputBias() && !m.feedForwardBias());
        assertThat(read("qwen2", biased).model())
                .matches(m -> m.queryKeyValueBias() && !m.outputBias() && !m.feedForwardBias());
        assertThat(read("mistral", biased).model())
                .matches(m -> !m.queryKeyValueBias() && !m.outputBias() && !m.feedForwardBias());
    }

    @Test
    void shouldKnowWhichLayersSlideWhenAWindowIsUsed() throws Exception {
        String window = FULL + ", \"sliding_window\": 64, \"max_window_layers\": 1";
        assertThat(read("mistral", window).model())
                .matches(m -> m.slidingWindow() == 64 && m.slidingLayers().equals(List.of(true, true, true)));
        assertThat(read("mistral", FULL + ", \"sliding_window\": null").model().slidingLayers())
                .containsOnly(false);
        assertThat(read("llama", window).model().slidingWindow()).isZero();
        assertThat(read("qwen2", window).model().slidingWindow()).isZero();
        String used = window + ", \"use_sliding_window\": true";
        assertThat(read("qwen2", used).model())
                .matches(m -> m.slidingWindow() == 64 && m.slidingLayers().equals(List.of(false, true, true)));
        String types = ", \"layer_types\": [\"sliding_attention\", \"full_attention\", \"sliding_attention\"]";
        assertThat(read("qwen3", used + types).model().slidingLayers()).containsExactly(true, false, true);
        assertRefused("qwen3", window + types, "sliding_window");
        assertRefused("qwen3", used + ", \"layer_types\": [\"full_attention\"]", "layer_types");
        assertRefused("qwen3", used + ", \"layer_types\": [\"linear_attention\"]", "linear_attention");
        assertRefused("mistral", window + types, "layer_types");
        assertRefused("mistral", FULL + ", \"sliding_window\": 0", "sliding_window");
    }

    @Test
    void shouldReadBothSpellingsWhenPositionsAreScaled() throws Exception {
        Rotary linear = new Rotary.Linear(5e5, 4);
        assertThat(rotary("\"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 4.0, \"rope_theta\": 5e5}"))
                .isEqualTo(linear);
        assertThat(rotary("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}, \"rope_theta\": 5e5"))
                .isEqualTo(linear);
        // The older spelling wins, and then the angle beside it counts.
        assertThat(rotary("\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 4}, \"rope_theta\": 5e5,"
                        + "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 7.0}"))
                .isEqualTo(linear);
        assertThat(rotary("\"rope_parameters\": {\"rope_type\": \"default\", \"type\": null, \"rope_theta\": 9.0},"
                        + "\"rope_theta\": null"))
                .isEqualTo(new Rotary.Default(9));
        assertThat(rotary("\"rope_scaling\": null, \"rope_theta\": 77")).isEqualTo(new Rotary.Default(77));
        assertThat(rotary("\"rope_parameters\": {\"rope_type\": \"default\"}, \"rope_theta\": 77"))
                .isEqualTo(new Rotary.Default(77));
    }

    @Test
    void shouldTurnAsInTransformersWhenPositionsAreScaled() throws Exception {
        // Numbers of LlamaRotaryEmbedding, transformers 5.18, head_dim 16.
        assertTurns(
                "{\"rope_type\":\"yarn\",\"factor\":4.0,\"rope_theta\":1e6,\"original_max_position_embeddings\":1024}",
                1.138629436111989,
                1.0,
                0.13337095081806183,
                0.015811389312148094,
                0.0014058533124625683,
                0.0002500000118743628,
                4.4456985051510856e-05,
                7.905693564680405e-06,
                1.405853367941745e-06);
        assertTurns(
                "{\"rope_type\":\"yarn\",\"factor\":null,\"rope_theta\":1e4,\"original_max_position_embeddings\":512,"
                        + "\"beta_fast\":16,\"beta_slow\":2,\"truncate\":false,\"mscale\":0.7,\"mscale_all_dim\":0.5}",
                1.0376719952405395,
                1.0,
                0.3162277638912201,
                0.07160846143960953,
                0.007324998266994953,
                0.0012499999720603228,
                0.00039528473280370235,
                0.0001250000059371814,
                3.9528473280370235e-05);
        assertTurns(
                "{\"rope_type\":\"llama3\",\"factor\":8.0,\"rope_theta\":5e5,\"original_max_position_embeddings\":1024,"
                        + "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0}",
                1,
                1.0,
                0.193922758102417,
                0.03760603070259094,
                0.0013125694822520018,
                0.00017677668074611574,
                3.428102354519069e-05,
                6.647869668086059e-06,
                1.289173155782919e-06);
    }

    @Test
    void shouldTakeYarnsDefaultsWhenKeysLackOrAreZero() throws Exception {
        String yarn =
                "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2.0, \"beta_fast\": 0, \"beta_slow\": null%s}";
        Rotary.Yarn expected = new Rotary.Yarn(10_000, 2, 256, 32, 1, Rotary.Yarn.magnitude(2, 1), true);
        assertThat(rotary(yarn.formatted(""))).isEqualTo(expected);
        assertThat(rotary(yarn.formatted(", \"mscale\": 0.5, \"mscale_all_dim\": 0")))
                .isEqualTo(expected);
        assertThat(rotary(yarn.formatted(", \"original_max_position_embeddings\": 64")
                        + ", \"original_max_position_embeddings\": 128"))
                .isEqualTo(new Rotary.Yarn(10_000, 2, 128, 32, 1, expected.attentionFactor(), true));
        assertThat(rotary(yarn.formatted(", \"attention_factor\": 1.5, \"mscale\": 1, \"mscale_all_dim\": 2"))
                        .attentionFactor())
                .isEqualTo(1.5);
        assertRefused("llama", FULL + ", \"rope_scaling\": {\"type\": \"yarn\"}", "factor");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}; dynamic",
                "\"rope_scaling\": {\"rope_type\": \"longrope\"}; longrope",
                "\"rope_parameters\": {\"full_attention\": {\"rope_type\": \"default\"}}; differ between layers",
                "\"partial_rotary_factor\": 0.5; partial_rotary_factor",
                "\"rope_parameters\": {\"partial_rotary_factor\": 0.5}; partial_rotary_factor",
                "\"rope_scaling\": {\"type\": \"linear\"}; factor must be a number above 0, but is missing",
                "\"rope_scaling\": {\"type\": \"linear\", \"factor\": -1}; factor must be",
                "\"rope_scaling\": [1]; rope_scaling must be an object",
                "\"rope_theta\": null; rope_theta",
                "\"rope_theta\": 1; rope_theta must be above 1",
                "\"rope_theta\": 1e999; rope_theta",
                "\"hidden_act\": \"gelu\"; gelu",
                "\"quantization_config\": {\"bits\": 4}; quantization_config",
                "\"is_causal\": false; is_causal",
                "\"alibi\": true; alibi",
                "\"num_hidden_layers\": 2147483647; num_hidden_layers",
                "\"vocab_size\": 300.5; vocab_size",
                "\"vocab_size\": 99999999999; vocab_size",
                "\"head_dim\": 7; even",
                "\"pad_token_id\": 320; pad_token_id (320) must be below vocab_size (320)",
                "\"id2label\": {\"0\": \"a\", \"1\": \"b\"}; one label",
                "\"id2label\": null; one label",
                "\"touchstone\": {\"reward_heads\": 2}; id2label",
                "\"attention_bias\": 1; attention_bias must be true or false",
                "\"architectures\": [\"LlamaForTokenClassification\"]; take a LlamaForSequenceClassification",
                "\"architectures\": [\"Qwen2ForCausalLM\"]; Qwen2ForCausalLM",
                "\"architectures\": null; architectures",
                "\"model_type\": \"gemma\"; take a model of type llama, mistral, qwen2, qwen3"
            })
    void shouldNameWhatItDoesNotSupport(String key, String message) throws Exception {
        ObjectNode config = (ObjectNode) JSON.readTree(text("llama", FULL));
        config.setAll((ObjectNode) JSON.readTree("{" + key + "}"));
        Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(config));
        if (key.contains("1e999")) {
            Files.writeString(folder.resolve("config.json"), text("llama", FULL + "," + key));
        }
        assertRefused(message);
    }

    @Test
    void shouldTakeLanguageAndBaseModelsAsHeadlessWhateverTheirLabels() throws Exception {
        for (String architecture : List.of("Qwen3ForCausalLM", "Qwen3Model")) {
            Files.writeString(
                    folder.resolve("config.json"),
                    text("qwen3", FULL)
                            .replace("Qwen3ForSequenceClassification", architecture)
                            .replace("id2label", "x"));
            HuggingFaceConfig config = HuggingFaceConfig.read(folder);
            assertThat(config.hasHead()).isFalse();
            assertThat(config.model().rewardHeads()).isEqualTo(1);
        }
    }

    @Test
    void shouldSaveARewardModelThatReadsAsSuchWhenMadeFromALanguageModel() throws Exception {
        String source = text(
                        "qwen2",
                        FULL + ", \"torch_dtype\": \"bfloat16\", \"num_labels\": 7,"
                                + "\"problem_type\": \"single_label_classification\"")
                .replace("Qwen2ForSequenceClassification", "Qwen2ForCausalLM")
                .replace("\"pad_token_id\": 2", "\"pad_token_id\": null");
        Files.writeString(folder.resolve("config.json"), source);
        HuggingFaceConfig config = HuggingFaceConfig.read(folder);
        assertThat(config.padTokenId()).isEmpty();
        byte[] saved = config.toRewardModel(3, 5, Dtype.F32);
        assertThat(config.toRewardModel(3, 5, Dtype.F32)).isEqualTo(saved);
        JsonNode json = JSON.readTree(saved);
        assertThat(json.path("architectures").toString()).isEqualTo("[\"Qwen2ForSequenceClassification\"]");
        assertThat(json.path("id2label").toString())
                .isEqualTo("{\"0\":\"LABEL_0\",\"1\":\"LABEL_1\",\"2\":\"LABEL_2\"}");
        assertThat(json.path("label2id").toString()).isEqualTo("{\"LABEL_0\":0,\"LABEL_1\":1,\"LABEL_2\":2}");
        assertThat(json.path("dtype").asText()).isEqualTo("float32");
        assertThat(json.path("torch_dtype").asText()).isEqualTo("float32");
        assertThat(json.path("pad_token_id").asInt()).isEqualTo(5);
        assertThat(json.path("touchstone").toString()).isEqualTo("{\"reward_heads\":3}");
        assertThat(json.path("unknown").toString()).isEqualTo("[1.5,{\"x\":null}]");
        assertThat(json.has("num_labels") || json.has("problem_type")).isFalse();

        Files.write(folder.resolve("config.json"), saved);
        HuggingFaceConfig again = HuggingFaceConfig.read(folder);
        assertThat(again.hasHead()).isTrue();
        assertThat(again.model().rewardHeads()).isEqualTo(3);
        JsonNode single = JSON.readTree(again.toRewardModel(1, 9, Dtype.BF16));
        assertThat(single.has("touchstone")).isFalse();
        assertThat(single.path("pad_token_id").asInt()).isEqualTo(5);
        assertThat(single.path("dtype").asText()).isEqualTo("bfloat16");
        assertThatThrownBy(() -> again.toRewardModel(0, 5, Dtype.F32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> again.toRewardModel(1, 320, Dtype.F32)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReadOrRefuseWhenKeysHaveHostileValues() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("HuggingFaceConfigTest seed " + seed);
        Random random = new Random(seed);
        List<String> values = List.of(
                "null",
                "0",
                "1",
                "-1",
                "2",
                "8",
                "1.5",
                "true",
                "false",
                "\"yarn\"",
                "\"llama3\"",
                "\"\"",
                "[]",
                "{}",
                "2147483647",
                "9223372036854775808",
                "1e308",
                "-1e308",
                "1e-320",
                "[[[]]]",
                "{\"rope_type\":\"yarn\"}",
                "{\"rope_type\":\"yarn\",\"factor\":1e300}",
                "{\"rope_type\":\"llama3\",\"factor\":1e-300}",
                "[\"x\"]",
                "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4}");
        List<String> keys = new ArrayList<>(List.of(
                "rope_theta",
                "rope_scaling",
                "rope_parameters",
                "sliding_window",
                "use_sliding_window",
                "layer_types",
                "max_window_layers",
                "partial_rotary_factor",
                "original_max_position_embeddings",
                "touchstone",
                "architectures",
                "model_type",
                "hidden_act",
                "attention_bias",
                "num_labels"));
        JSON.readTree(text("qwen2", FULL)).fieldNames().forEachRemaining(keys::add);
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            String type = List.of("llama", "mistral", "qwen2", "qwen3").get(random.nextInt(4));
            ObjectNode config = (ObjectNode) JSON.readTree(text(type, FULL));
            for (int n = random.nextInt(3); n >= 0; n--) {
                config.set(
                        keys.get(random.nextInt(keys.size())),
                        JSON.readTree(values.get(random.nextInt(values.size()))));
            }
            Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(config));
            try {
                LlamaConfig model = HuggingFaceConfig.read(folder).model();
                assertThat(model.rotary().frequencies(model.headDim()))
                        .as("seed %d: %s", seed, config)
                        .doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
                read++;
            } catch (CheckpointException e) {
                assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
                assertThat(e).hasMessageContaining(folder.toString());
            }
        }
        assertThat(read).isBetween(1, 1_999);
    }

    @Test
    void shouldRefuseWhenTheFileIsNoSoundObject() throws Exception {
        assertThat(catchThrowableOfType(CheckpointException.class, () -> HuggingFaceConfig.read(folder))
                        .kind())
                .isEqualTo(Kind.MISSING);
        for (String text : List.of("", "[]", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":NaN}", "[".repeat(100_000))) {
            Files.writeString(folder.resolve("config.json"), text);
            assertThat(catchThrowableOfType(CheckpointException.class, () -> HuggingFaceConfig.read(folder))
                            .kind())
                    .isEqualTo(Kind.CORRUPT);
        }
        Files.write(folder.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertThat(catchThrowableOfType(CheckpointException.class, () -> HuggingFaceConfig.read(folder))
                        .kind())
                .isEqualTo(Kind.CORRUPT);
    }

    private void assertTurns(String rope, double attentionFactor, double... frequencies) throws Exception {
        LlamaConfig model = read(
                        "llama",
                        "\"hidden_size\": 32, \"num_attention_heads\": 2, \"max_position_embeddings\": 4096,"
                                + "\"num_labels\": 1, \"rope_parameters\": " + rope)
                .model();
        double[] turned = model.rotary().frequencies(16);
        for (int i = 0; i < frequencies.length; i++) {
            assertThat(turned[i] / frequencies[i]).isEqualTo(1, within(1e-6));
        }
        assertThat(turned).hasSameSizeAs(frequencies);
        assertThat(model.rotary().attentionFactor()).isEqualTo(attentionFactor, within(1e-12));
    }

    private Rotary rotary(String keys) throws Exception {
        return read("llama", FULL + ", " + keys).model().rotary();
    }

    private HuggingFaceConfig read(String type, String keys) throws Exception {
        Files.writeString(folder.resolve("config.json"), text(type, keys));
        return HuggingFaceConfig.read(folder);
    }

    private static String text(String type, String keys) {
        String architecture = Family.valueOf(type.toUpperCase(Locale.ROOT)).architecture();
        return "{\"model_type\": \"" + type + "\", \"architectures\": [\"" + architecture + "\"], " + keys + "}";
    }

    private void assertRefused(String type, String keys, String message) throws IOException {
        Files.writeString(folder.resolve("config.json"), text(type, keys));
        assertRefused(message);
    }

    private void assertRefused(String message) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> HuggingFaceConfig.read(folder));
        assertThat(e).isNotNull().hasMessageContaining(message).hasMessageContaining("config.json: ");
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }
}
