package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LlamaConfig MODEL = new LlamaConfig(
            Family.LLAMA,
            8,
            2,
            2,
            1,
            6,
            10,
            64,
            300,
            1e-6,
            true,
            false,
            false,
            false,
            new Rotary.Default(10_000),
            0,
            List.of(false, false),
            1);
    private static final LoraConfig LORA = lora(4, 8, false, "q_proj", "down_proj");

    /** What PEFT 0.21 wrote. */
    private static final String PEFT = """
            {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
            "base_model_name_or_path": "base", "bias": "none", "corda_config": null, "ensure_weight_tying": false,
            "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
            "init_lora_weights": true, "kasa_config": null, "layer_replication": null, "layers_pattern": null,
            "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 8, "lora_bias": false, "lora_dropout": 0.1,
            "lora_ga_config": null, "megatron_config": null, "megatron_core": "megatron.core",
            "modules_to_save": ["score", "classifier", "score"], "monteclora_config": null, "peft_type": "LORA",
            "peft_version": "0.21.0", "qalora_group_size": 16, "r": 4, "rank_pattern": {}, "revision": null,
            "target_modules": ["down_proj", "q_proj"], "target_parameters": null, "task_type": "SEQ_CLS",
            "trainable_token_indices": null, "use_bdlora": null, "use_dora": false, "use_qalora": false,
            "use_rslora": false, "velora_config": null}""";

    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatPeftWrote() throws Exception {
        assertThat(read("{}")).isEqualTo(new LoraFiles(LORA, true));
        assertThat(read("{\"use_rslora\": true, \"lora_alpha\": 0.5}").lora())
                .isEqualTo(lora(4, 0.5, true, "q_proj", "down_proj"));
        assertThat(read("{\"target_modules\": \"all-linear\"}").lora().targets())
                .containsExactlyInAnyOrderElementsOf(LoraConfig.PROJECTIONS);
        assertThat(read("{\"task_type\": \"CAUSAL_LM\", \"modules_to_save\": null}")
                        .withHead())
                .isFalse();
        assertThat(read("{\"task_type\": \"CAUSAL_LM\", \"modules_to_save\": [\"score\"]}")
                        .withHead())
                .isTrue();
        assertThat(read("{\"task_type\": null, \"modules_to_save\": null}").withHead())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"peft_type\": \"IA3\"; IA3",
                "\"peft_type\": null; peft_type",
                "\"task_type\": \"TOKEN_CLS\"; TOKEN_CLS",
                "\"bias\": \"lora_only\"; lora_only",
                "\"init_lora_weights\": \"pissa\"; pissa",
                "\"init_lora_weights\": \"loftq\"; loftq",
                "\"use_dora\": true; use_dora",
                "\"lora_bias\": true; lora_bias",
                "\"use_qalora\": true; use_qalora",
                "\"fan_in_fan_out\": true; fan_in_fan_out",
                "\"rank_pattern\": {\"q_proj\": 8}; rank_pattern",
                "\"alpha_pattern\": {\"q_proj\": 8}; alpha_pattern",
                "\"layers_to_transform\": [0]; layers_to_transform",
                "\"layer_replication\": [[0, 1]]; layer_replication",
                "\"exclude_modules\": \"k_proj\"; exclude_modules",
                "\"target_parameters\": [\"x\"]; target_parameters",
                "\"trainable_token_indices\": [1]; trainable_token_indices",
                "\"alora_invocation_tokens\": [1]; alora_invocation_tokens",
                "\"some_future_variant\": {\"x\": 1}; some_future_variant",
                "\"modules_to_save\": [\"embed_tokens\"]; embed_tokens",
                "\"target_modules\": \".*_proj\"; target_modules",
                "\"target_modules\": null; target_modules",
                "\"target_modules\": []; at least one target",
                "\"target_modules\": [\"lm_head\"]; lm_head",
                "\"target_modules\": [1]; but is 1",
                "\"r\": 0; r must be",
                "\"r\": 1e3; r must be",
                "\"r\": 100000; rank",
                "\"lora_alpha\": -1; lora_alpha",
                "\"use_rslora\": 1; use_rslora"
            })
    void shouldNameWhatItDoesNotSupport(String key, String message) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> read("{" + key + "}"));
        assertThat(e).isNotNull().hasMessageContaining(message).hasMessageContaining("adapter_config.json: ");
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }

    @Test
    void shouldReadItsOwnDescriptionWhenWritten() throws Exception {
        for (LoraConfig lora : List.of(LORA, lora(16, 2.5, true, "v_proj", "o_proj", "up_proj"))) {
            byte[] written = LoraFiles.config(lora, "models/base");
            assertThat(LoraFiles.config(lora, "models/base")).isEqualTo(written);
            Files.write(folder.resolve(LoraFiles.CONFIG), written);
            assertThat(LoraFiles.read(folder)).isEqualTo(new LoraFiles(lora, true));
        }
        JsonNode json = JSON.readTree(LoraFiles.config(LORA, null));
        assertThat(json.path("base_model_name_or_path").isNull()).isTrue();
        assertThat(json.path("lora_alpha").isInt()).isTrue();
        assertThat(json.path("modules_to_save").toString()).isEqualTo("[\"classifier\",\"score\"]");
        assertThat(json.path("target_modules").toString()).isEqualTo("[\"down_proj\",\"q_proj\"]");
    }

    @Test
    void shouldListTensorsUnderPeftsNames() {
        assertThat(new LoraFiles(LORA, true)
                        .tensors(MODEL).stream()
                                .map(t -> t.name()
                                        + t.dimensions().stream()
                                                .map(d -> " " + d.size())
                                                .toList()))
                .containsExactly(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight[ 4,  8]",
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight[ 12,  4]",
                        "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight[ 4,  10]",
                        "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight[ 8,  4]",
                        "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight[ 4,  8]",
                        "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight[ 12,  4]",
                        "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight[ 4,  10]",
                        "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight[ 8,  4]",
                        "base_model.model.score.weight[ 1,  8]");
    }

    @Test
    void shouldFindTensorsInEverySpelling() throws Exception {
        LoraFiles files = new LoraFiles(LORA, true);
        Map<String, long[]> tensors = tensors(files);
        assertThat(find(files, tensors).keySet()).containsExactlyElementsOf(tensors.keySet());
        Map<String, long[]> raw = new LinkedHashMap<>();
        tensors.forEach((name, shape) -> raw.put(
                name.replace("score.weight", "score.modules_to_save.default.weight")
                        .replaceFirst("(lora_[AB])\\.weight", "$1.default.weight"),
                shape));
        assertThat(raw).doesNotContainKey("base_model.model.score.weight");
        assertThat(find(files, raw).keySet()).containsExactlyElementsOf(tensors.keySet());
        raw.putAll(tensors);
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> find(files, raw));
        assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
    }

    @Test
    void shouldNameTheTensorWhenItDoesNotFit() {
        LoraFiles files = new LoraFiles(LORA, true);
        Map<String, long[]> rank = tensors(files);
        String name = "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight";
        rank.put(name, new long[] {12, 5});
        assertThat(catchThrowableOfType(CheckpointException.class, () -> find(files, rank)))
                .hasMessageContaining(name + " in shape [12, 5], but adapter_config.json wants [12, 4] by its r.");
        rank.remove(name);
        assertThat(catchThrowableOfType(CheckpointException.class, () -> find(files, rank)))
                .hasMessageContaining("lacks " + name);
        LoraFiles headless = new LoraFiles(LORA, false);
        assertThat(catchThrowableOfType(CheckpointException.class, () -> find(headless, tensors(files))))
                .hasMessageContaining("has base_model.model.score.weight");
    }

    private LoraFiles read(String keys) throws Exception {
        ObjectNode config = (ObjectNode) JSON.readTree(PEFT);
        config.setAll((ObjectNode) JSON.readTree(keys));
        Files.write(folder.resolve(LoraFiles.CONFIG), JSON.writeValueAsBytes(config));
        return LoraFiles.read(folder);
    }

    private static Map<String, long[]> tensors(LoraFiles files) {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        files.tensors(MODEL).forEach(tensor -> tensors.put(tensor.name(), tensor.shape()));
        return tensors;
    }

    private Map<String, TensorInfo> find(LoraFiles files, Map<String, long[]> tensors) throws Exception {
        Path path = folder.resolve(LoraFiles.WEIGHTS);
        Files.deleteIfExists(path);
        SafetensorsWriter.write(
                path,
                tensors.entrySet().stream()
                        .map(t -> TensorSource.of(t.getKey(), t.getValue(), new float[64], 0))
                        .toList(),
                Map.of());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return files.find(file, MODEL);
        }
    }

    private static LoraConfig lora(int rank, double alpha, boolean rankStabilised, String... targets) {
        return new LoraConfig(rank, alpha, rankStabilised, new TreeSet<>(List.of(targets)));
    }
}
