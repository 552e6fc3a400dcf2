package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaTensorsTest {

    @TempDir
    private Path folder;

    @Test
    void shouldListEveryTensorWhenAllKindsAreWanted() {
        assertThat(LlamaTensors.of(model(1, true), true).stream().map(LlamaTensorsTest::line))
                .containsExactly(
                        "model.embed_tokens.weight [300, 8]",
                        "model.layers.0.input_layernorm.weight [8]",
                        "model.layers.0.self_attn.q_proj.weight [12, 8]",
                        "model.layers.0.self_attn.q_proj.bias [12]",
                        "model.layers.0.self_attn.k_proj.weight [6, 8]",
                        "model.layers.0.self_attn.k_proj.bias [6]",
                        "model.layers.0.self_attn.v_proj.weight [6, 8]",
                        "model.layers.0.self_attn.v_proj.bias [6]",
                        "model.layers.0.self_attn.q_norm.weight [6]",
                        "model.layers.0.self_attn.k_norm.weight [6]",
                        "model.layers.0.self_attn.o_proj.weight [8, 12]",
                        "model.layers.0.self_attn.o_proj.bias [8]",
                        "model.layers.0.post_attention_layernorm.weight [8]",
                        "model.layers.0.mlp.gate_proj.weight [10, 8]",
                        "model.layers.0.mlp.gate_proj.bias [10]",
                        "model.layers.0.mlp.up_proj.weight [10, 8]",
                        "model.layers.0.mlp.up_proj.bias [10]",
                        "model.layers.0.mlp.down_proj.weight [8, 10]",
                        "model.layers.0.mlp.down_proj.bias [8]",
                        "model.norm.weight [8]",
                        "score.weight [2, 8]");
        assertThat(LlamaTensors.of(model(3, false), false)).hasSize(1 + 3 * 9 + 1);
    }

    @Test
    void shouldFindAllWhenTheFileHasThemAndOldExtras() throws Exception {
        Map<String, long[]> tensors = tensors(true);
        tensors.put("lm_head.weight", new long[] {300, 8});
        tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", new long[] {3});
        assertThat(find(tensors, true).keySet())
                .containsExactlyElementsOf(tensors(true).keySet());
    }

    @Test
    void shouldFindAllWhenABaseModelLacksThePrefix() throws Exception {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors(false).forEach((name, shape) -> tensors.put(name.replaceFirst("^model\\.", ""), shape));
        Map<String, TensorInfo> found = find(tensors, false);
        assertThat(found.keySet()).containsExactlyElementsOf(tensors(false).keySet());
        assertThat(found.get("model.norm.weight").name()).isEqualTo("norm.weight");
    }

    @Test
    void shouldNameTheTensorAndTheKeyWhenSomethingDoesNotFit() throws Exception {
        Map<String, long[]> vocabulary = tensors(true);
        vocabulary.put("model.embed_tokens.weight", new long[] {301, 8});
        assertThat(refused(vocabulary, true))
                .contains("model.embed_tokens.weight in shape [301, 8]", "wants [300, 8] by its vocab_size.");
        Map<String, long[]> heads = tensors(true);
        heads.put("score.weight", new long[] {1, 9});
        assertThat(refused(heads, true)).contains("by its id2label and hidden_size.");
        Map<String, long[]> rank = tensors(true);
        rank.put("model.layers.1.self_attn.k_proj.weight", new long[] {48});
        assertThat(refused(rank, true)).contains("num_key_value_heads * head_dim and hidden_size");
        Map<String, long[]> lacking = tensors(true);
        lacking.remove("model.layers.1.mlp.up_proj.weight");
        assertThat(refused(lacking, true)).contains("lacks model.layers.1.mlp.up_proj.weight");
        Map<String, long[]> more = tensors(true);
        more.put("model.layers.0.self_attn.q_proj.bias", new long[] {12});
        assertThat(refused(more, true)).contains("has model.layers.0.self_attn.q_proj.bias", "no place");
        assertThat(refused(tensors(true), false)).contains("has score.weight", "no place");
        assertThat(refused(tensors(false), true)).contains("lacks score.weight");
    }

    @Test
    void shouldRefuseWhenATypeCannotBeRead() throws Exception {
        StringBuilder header = new StringBuilder("{");
        long offset = 0;
        for (Map.Entry<String, long[]> tensor : tensors(true).entrySet()) {
            long end = offset + Arrays.stream(tensor.getValue()).reduce(1, Math::multiplyExact);
            header.append(offset == 0 ? "" : ",")
                    .append('"')
                    .append(tensor.getKey())
                    .append("\":{\"dtype\":\"I8\",");
            header.append("\"shape\":").append(Arrays.toString(tensor.getValue()));
            header.append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(end)
                    .append("]}");
            offset = end;
        }
        byte[] head = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        Files.write(
                folder.resolve("model.safetensors"),
                ByteBuffer.allocate(8 + head.length + (int) offset)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(head.length)
                        .put(head)
                        .array());
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> find(true));
        assertThat(e).hasMessageContaining("model.embed_tokens.weight as I8: save the model as");
    }

    private static String line(TensorSpec tensor) {
        return tensor.name() + " " + Arrays.toString(tensor.shape());
    }

    private static Map<String, long[]> tensors(boolean withHead) {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        LlamaTensors.of(model(2, false), withHead).forEach(tensor -> tensors.put(tensor.name(), tensor.shape()));
        return tensors;
    }

    private String refused(Map<String, long[]> tensors, boolean withHead) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> find(tensors, withHead));
        assertThat(e).isNotNull();
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
        return e.getMessage();
    }

    private Map<String, TensorInfo> find(Map<String, long[]> tensors, boolean withHead)
            throws CheckpointException, IOException {
        Path file = folder.resolve("model.safetensors");
        Files.deleteIfExists(file);
        SafetensorsWriter.write(
                file,
                tensors.entrySet().stream()
                        .map(t -> TensorSource.of(t.getKey(), t.getValue(), new float[4096], 0))
                        .toList(),
                Map.of());
        return find(withHead);
    }

    private Map<String, TensorInfo> find(boolean withHead) throws CheckpointException {
        try (TensorFolder weights = TensorFolder.open(folder)) {
            return LlamaTensors.find(weights, model(2, false), withHead);
        }
    }

    private static LlamaConfig model(int layers, boolean everything) {
        return new LlamaConfig(
                Family.QWEN3,
                8,
                layers,
                2,
                1,
                6,
                10,
                64,
                300,
                1e-6,
                everything,
                everything,
                everything,
                everything,
                new Rotary.Default(10_000),
                0,
                Collections.nCopies(layers, false),
                2);
    }
}
