package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters beside a frozen model. */
class LoraTest {

    private static final long SEED = 41;
    private static final TrainingConfig CONFIG = TrainingConfig.defaults(SEED);
    private static final TinyCheckpoint TINY = new TinyCheckpoint(Family.LLAMA, 1, SEED);

    @TempDir
    private Path root;

    private Path base;
    private StoredModel model;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @BeforeEach
    void write() throws Exception {
        base = root.resolve("base");
        model = TINY.in(base);
    }

    private RewardModelTrainer adapted() throws CheckpointException {
        return RewardModelTrainer.start(model.withAdapters(LoraConfig.ofRank(4)), CONFIG, Compute.cpu());
    }

    @Test
    void shouldScoreAsTheModelBelowWhenItBegins() throws Exception {
        try (RewardModelTrainer trainer = adapted();
                RewardScorer below = RewardScorer.pretrained(model, Compute.cpu())) {
            List<EncodedInput> inputs = ToyTask.pairs(trainer.format(), 20, 5).stream()
                    .map(EncodedPair::chosen)
                    .toList();
            assertThat(trainer.score(inputs)).isEqualTo(below.score(inputs));
            ToyTask.steps(trainer, 0, 1);
            assertThat(trainer.score(inputs)).isNotEqualTo(below.score(inputs));
        }
    }

    @Test
    void shouldHoldPeftsFilesAndLeaveTheModelBelowAloneWhenSaved() throws Exception {
        Map<String, float[]> before = TestTensors.read(base.resolve("model.safetensors"));
        Path first;
        Path folder;
        try (RewardModelTrainer trainer = adapted()) {
            first = trainer.checkpoint(root, "first", Map.of()).folder();
            ToyTask.steps(trainer, 0, 3);
            folder = trainer.checkpoint(root, "third", Map.of()).folder();
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "adapter_config.json",
                            "adapter_model.safetensors",
                            "base.json",
                            "chat_template.jinja",
                            "tokenizer.json",
                            "training_state.safetensors",
                            "training_state.json",
                            "manifest.json");
        }
        JsonNode description = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("adapter_config.json")));
        assertThat(description.path("peft_type").asText()).isEqualTo("LORA");
        assertThat(description.path("task_type").asText()).isEqualTo("SEQ_CLS");
        assertThat(description.path("r").asInt()).isEqualTo(4);
        assertThat(description.path("lora_alpha").asInt()).isEqualTo(8);
        assertThat(Path.of(description.path("base_model_name_or_path").asText()))
                .isEqualTo(base.toAbsolutePath());
        Map<String, float[]> fresh = TestTensors.read(first.resolve("adapter_model.safetensors"));
        Map<String, float[]> learnt = TestTensors.read(folder.resolve("adapter_model.safetensors"));
        assertThat(learnt).hasSize(2 * 2 * 7 + 1).containsKey("base_model.model.score.weight");
        assertThat(learnt.keySet()).isEqualTo(fresh.keySet());
        learnt.forEach((name, values) -> {
            assertThat(values).as("%s learns", name).isNotEqualTo(fresh.get(name));
            if (name.endsWith("lora_B.weight")) {
                assertThat(fresh.get(name)).as(name).containsOnly(0f);
            }
        });
        assertThat(fresh.get("base_model.model.score.weight")).isEqualTo(before.get("score.weight"));
        assertThat(TestTensors.read(base.resolve("model.safetensors")))
                .usingRecursiveComparison()
                .isEqualTo(before);
    }

    @Test
    void shouldBeginFromTheSeedAloneWhenAdaptersAreFresh() throws Exception {
        float[] once = firstA(SEED);
        assertThat(firstA(SEED)).isEqualTo(once);
        assertThat(firstA(SEED + 1)).isNotEqualTo(once);
    }

    private float[] firstA(long seed) throws Exception {
        StoredModel fresh = model.withAdapters(LoraConfig.ofRank(4));
        TrainingConfig config = CONFIG.toBuilder().seed(seed).build();
        try (RewardModelTrainer trainer = RewardModelTrainer.start(fresh, config, Compute.cpu())) {
            Path folder = trainer.checkpoint(root, null, Map.of()).folder();
            return TestTensors.read(folder.resolve("adapter_model.safetensors"))
                    .get("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
        }
    }

    @Test
    void shouldAdaptTheNamedProjectionsAloneWhenThereAreFew() throws Exception {
        LoraConfig few = new LoraConfig(2, 3, true, new TreeSet<>(List.of("v_proj", "down_proj")));
        try (RewardModelTrainer trainer = RewardModelTrainer.start(model.withAdapters(few), CONFIG, Compute.cpu())) {
            ToyTask.steps(trainer, 0, 2);
            List<EncodedInput> inputs = ToyTask.pairs(trainer.format(), 20, 5).stream()
                    .map(EncodedPair::chosen)
                    .toList();
            Path folder = trainer.checkpoint(root, null, Map.of()).folder();
            assertThat(TestTensors.read(folder.resolve("adapter_model.safetensors")))
                    .hasSize(2 * 2 * 2 + 1);
            Checkpoint opened = Checkpoint.open(folder);
            assertThat(opened.model().adapters()).isEqualTo(few);
            try (RewardScorer scorer = RewardScorer.of(opened, Compute.cpu())) {
                assertThat(scorer.score(inputs)).isEqualTo(trainer.score(inputs));
            }
        }
    }

    @Test
    void shouldRefuseWhenTheModelBelowChangedOrIsGone() throws Exception {
        Path folder;
        try (RewardModelTrainer trainer = adapted()) {
            folder = trainer.checkpoint(root, null, Map.of()).folder();
        }
        Checkpoint.open(folder);
        Path weights = base.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        byte[] changed = whole.clone();
        changed[changed.length - 3] ^= 1;
        Files.write(weights, changed);
        assertRefused(Kind.MISMATCH, folder, "hash differs");
        Files.write(weights, Arrays.copyOf(whole, whole.length));
        Checkpoint.open(folder);
        Path moved = Files.move(base, root.resolve("elsewhere"));
        assertRefused(Kind.MISSING, folder, base.toString());
        // Whoever knows where it went can still open the adapter over it.
        StoredModel opened = StoredModel.open(moved, folder);
        RewardScorer.pretrained(opened, Compute.cpu()).close();
    }

    private static void assertRefused(Kind kind, Path folder, String message) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));
        assertThat(e).isNotNull().hasMessageContaining(message);
        assertThat(e.kind()).isEqualTo(kind);
    }

    /** The heads that the adapter brings are others in number than those of the model below. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldComeBackWhenTheAdapterHasItsOwnNumberOfHeads(int headsBelow) throws Exception {
        StoredModel below = new TinyCheckpoint(Family.QWEN3, headsBelow, SEED).in(root.resolve("below"));
        StoredModel three = below.withRewardHeads(3).withAdapters(LoraConfig.ofRank(2));
        Path folder;
        String undisturbed;
        try (RewardModelTrainer trainer = RewardModelTrainer.start(three, CONFIG, Compute.cpu())) {
            ToyTask.steps(trainer, 0, 2);
            folder = trainer.checkpoint(root, null, Map.of()).folder();
            ToyTask.steps(trainer, 2, 4);
            undisturbed = trainer.checkpoint(root, null, Map.of()).sha256();
        }
        Checkpoint opened = Checkpoint.open(folder);
        assertThat(opened.model().config().rewardHeads()).isEqualTo(3);
        try (RewardModelTrainer trainer = RewardModelTrainer.resume(opened, CONFIG)) {
            ToyTask.steps(trainer, 2, 4);
            assertThat(trainer.checkpoint(root, null, Map.of()).sha256()).isEqualTo(undisturbed);
        }
        try (RewardScorer scorer = RewardScorer.load(folder)) {
            assertThat(scorer.scoreInputs(List.of(new RewardInput(List.of(), "Fine.", null)))
                            .spreads())
                    .hasSize(1);
        }
    }

    @Test
    void shouldRefuseWhenAdaptersMakeNoSense() throws Exception {
        assertThatThrownBy(() -> model.withAdapters(LoraConfig.ofRank(4)).withAdapters(LoraConfig.ofRank(4)))
                .isInstanceOf(IllegalArgumentException.class);
        Path built;
        Path adapter;
        try (RewardModelTrainer trainer = ToyTask.builtIn(SEED);
                RewardModelTrainer other = adapted()) {
            built = trainer.checkpoint(root, null, Map.of()).folder();
            adapter = other.checkpoint(root, null, Map.of()).folder();
        }
        StoredModel builtIn = StoredModel.open(built);
        assertThatThrownBy(() -> builtIn.withAdapters(LoraConfig.ofRank(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("built-in");
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> StoredModel.open(built, adapter));
        assertThat(e).isNotNull();
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }
}
