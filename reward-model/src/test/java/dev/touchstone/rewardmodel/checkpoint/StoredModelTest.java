package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.TinyCheckpoint;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Network;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pretrained models as they come, and what is wrong with them. */
class StoredModelTest {

    private static final long SEED = 51;
    private static final TinyCheckpoint TINY = new TinyCheckpoint(Family.QWEN2, 1, SEED);

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldHoldTheFilesWeightsWhenFilled(Family family) throws Exception {
        TinyCheckpoint tiny = new TinyCheckpoint(family, 2, SEED);
        StoredModel model = tiny.in(folder);
        assertThat(model.config()).isEqualTo(tiny.config());
        assertThat(filled(model, 1)).usingRecursiveComparison().isEqualTo(new TreeMap<>(tiny.weights()));
    }

    @Test
    void shouldMakeUpAHeadFromTheSeedAloneWhenALanguageModelHasNone() throws Exception {
        StoredModel model = new TinyCheckpoint(Family.LLAMA, 0, SEED).in(folder.resolve("one"));
        StoredModel other = new TinyCheckpoint(Family.LLAMA, 0, SEED + 1).in(folder.resolve("other"));
        Map<String, float[]> once = filled(model, 7);
        assertThat(filled(model, 7)).usingRecursiveComparison().isEqualTo(once);
        assertThat(filled(other, 7).get("score.weight")).isEqualTo(once.get("score.weight"));
        Map<String, float[]> reseeded = filled(model, 8);
        assertThat(reseeded.put("score.weight", once.get("score.weight"))).isNotEqualTo(once.get("score.weight"));
        assertThat(reseeded)
                .as("all else comes from the file")
                .usingRecursiveComparison()
                .isEqualTo(once);
        double squares = 0;
        for (float value : once.get("score.weight")) {
            squares += value * value;
        }
        assertThat(Math.sqrt(squares / 16)).as("deviation 1 / (d + 1)").isBetween(0.5 / 17, 2.0 / 17);
    }

    @Test
    void shouldMakeUpOtherHeadsWhenMoreAreWanted() throws Exception {
        StoredModel model = TINY.in(folder);
        assertThat(model.withRewardHeads(1)).isSameAs(model);
        StoredModel three = model.withRewardHeads(3);
        assertThat(three.config().rewardHeads()).isEqualTo(3);
        assertThat(new String(three.texts().get("config.json"), StandardCharsets.UTF_8))
                .contains("LABEL_2");
        Map<String, float[]> filled = filled(three, 7);
        assertThat(filled.get("score.weight"))
                .hasSize(3 * 16)
                .doesNotContain(TINY.weights().get("score.weight")[0]);
        filled.put("score.weight", TINY.weights().get("score.weight"));
        assertThat(filled).usingRecursiveComparison().isEqualTo(new TreeMap<>(TINY.weights()));
    }

    @Test
    void shouldRefuseToScoreWhenAModelHasNoHead() throws Exception {
        StoredModel headless = new TinyCheckpoint(Family.QWEN3, 0, SEED).in(folder.resolve("headless"));
        CheckpointException e = refusal(() -> RewardScorer.pretrained(headless, Compute.cpu()));
        assertThat(e).hasMessageContaining("score.weight").hasMessageContaining("headless");
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
        StoredModel replaced = TINY.in(folder.resolve("replaced")).withRewardHeads(3);
        assertThat(refusal(() -> RewardScorer.pretrained(replaced, Compute.cpu()))
                        .kind())
                .isEqualTo(Kind.MISMATCH);
        StoredModel whole = TINY.in(folder.resolve("whole"));
        try (RewardScorer scorer = RewardScorer.pretrained(whole, Compute.cpu())) {
            assertThat(scorer.versionId())
                    .isEqualTo("pretrained-" + whole.sha256().substring(0, 8));
            assertThat(scorer.sha256()).isEqualTo(whole.sha256());
        }
        String sha256 = whole.sha256();
        assertThat(TINY.in(folder.resolve("again")).sha256()).isEqualTo(sha256);
        assertThat(new TinyCheckpoint(Family.QWEN2, 1, SEED + 1)
                        .in(folder.resolve("another"))
                        .sha256())
                .isNotEqualTo(sha256);
    }

    @ParameterizedTest
    @CsvSource({
        "vocab_size, 341, model.embed_tokens.weight",
        "hidden_size, 32, model.embed_tokens.weight",
        "intermediate_size, 28, model.layers.0.mlp.gate_proj.weight",
        "num_key_value_heads, 1, model.layers.0.self_attn.k_proj.weight",
        "num_hidden_layers, 1, model.layers.1.",
        "num_hidden_layers, 3, model.layers.2."
    })
    void shouldNameTheTensorWhenTheConfigurationDisagrees(String key, int value, String tensor) throws Exception {
        TINY.in(folder);
        ObjectNode json = TINY.description().put(key, value);
        if (key.equals("num_hidden_layers")) {
            json.remove("layer_types");
        }
        Files.write(folder.resolve("config.json"), new ObjectMapper().writeValueAsBytes(json));
        CheckpointException e = refusal(() -> RewardScorer.pretrained(StoredModel.open(folder), Compute.cpu()));
        assertThat(e).hasMessageContaining(tensor).hasMessageContaining(folder.toString());
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.embed_tokens.weight", "model.layers.1.self_attn.q_proj.bias", "model.norm.weight"})
    void shouldNameTheTensorWhenItIsNotThereOrNotFinite(String name) throws Exception {
        Map<String, float[]> weights = TINY.weights();
        weights.get(name)[5] = Float.NEGATIVE_INFINITY;
        TINY.write(folder.resolve("infinite"), weights);
        StoredModel infinite = StoredModel.open(folder.resolve("infinite"));
        CheckpointException e = refusal(() -> RewardScorer.pretrained(infinite, Compute.cpu()));
        assertThat(e).hasMessageContaining(name).hasMessageContaining("not finite");
        assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
        weights.remove(name);
        TINY.write(folder.resolve("lacking"), weights);
        StoredModel lacking = StoredModel.open(folder.resolve("lacking"));
        e = refusal(() -> RewardScorer.pretrained(lacking, Compute.cpu()));
        assertThat(e).hasMessageContaining("lacks " + name);
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
    void shouldNameTheFileWhenItIsMissingOrCutOff(String name) throws Exception {
        TINY.in(folder);
        byte[] whole = Files.readAllBytes(folder.resolve(name));
        Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length / 2));
        CheckpointException e = refusal(() -> RewardScorer.pretrained(StoredModel.open(folder), Compute.cpu()));
        assertThat(e).hasMessageContaining(name);
        assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
        Files.delete(folder.resolve(name));
        e = refusal(() -> RewardScorer.pretrained(StoredModel.open(folder), Compute.cpu()));
        assertThat(e).hasMessageContaining(name);
        assertThat(e.kind()).isEqualTo(Kind.MISSING);
    }

    /** What is read must be among what is verified. */
    @Test
    void shouldRefuseAnAdaptersCheckpointWhenItsManifestLeavesAFileOut() throws Exception {
        StoredModel adapted = TINY.in(folder.resolve("base")).withAdapters(LoraConfig.ofRank(2));
        Path written;
        try (RewardModelTrainer trainer =
                RewardModelTrainer.start(adapted, TrainingConfig.defaults(SEED), Compute.cpu())) {
            written = trainer.checkpoint(folder, "adapter", Map.of()).folder();
        }
        for (String name : List.of("base.json", "adapter_model.safetensors", "adapter_config.json", "tokenizer.json")) {
            byte[] manifest = Files.readAllBytes(written.resolve("manifest.json"));
            CheckpointTest.mend(written, Set.of(name));
            CheckpointException e = refusal(() -> RewardScorer.load(written));
            assertThat(e).hasMessageContaining(written.resolve(name) + " is missing");
            assertThat(e.kind()).isEqualTo(Kind.MISSING);
            Files.write(written.resolve("manifest.json"), manifest);
        }
        RewardScorer.load(written).close();
    }

    private interface Opening {
        RewardScorer open() throws CheckpointException;
    }

    private static CheckpointException refusal(Opening opening) {
        CheckpointException e = catchThrowableOfType(
                CheckpointException.class, () -> opening.open().close());
        assertThat(e).isNotNull();
        return e;
    }

    private static Map<String, float[]> filled(StoredModel model, long seed) throws CheckpointException {
        try (Network network = new Network(model.config(), model.adapters(), Compute.cpu(), Network.Purpose.TRAINING)) {
            model.fill(network, seed);
            float[] all = network.trained().toArray();
            Map<String, float[]> weights = new TreeMap<>();
            for (Parameter p : network.layout().trained().parameters()) {
                int from = (int) p.offset();
                weights.put(p.name(), Arrays.copyOfRange(all, from, from + (int) p.size()));
            }
            return weights;
        }
    }
}
