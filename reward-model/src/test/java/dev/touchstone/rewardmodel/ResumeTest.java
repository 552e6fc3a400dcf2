package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of every kind of model: bit-equal, verified, and a training that goes on as if nothing had happened. */
class ResumeTest {

    private static final long SEED = 31;

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    /** Kinds of models: family, reward heads, rank of the adapters, decay of the average. */
    private RewardModelTrainer begin(String family, int heads, int rank, double average, Compute compute)
            throws Exception {
        if (family.equals("BUILT_IN")) {
            return ToyTask.builtIn(config(average), heads, compute);
        }
        Path base = root.resolve("base");
        TinyCheckpoint tiny = new TinyCheckpoint(Family.valueOf(family), heads, SEED);
        StoredModel model = Files.exists(base) ? StoredModel.open(base) : tiny.in(base);
        return RewardModelTrainer.start(
                rank > 0 ? model.withAdapters(LoraConfig.ofRank(rank)) : model, config(average), compute);
    }

    private static TrainingConfig config(double average) {
        return TrainingConfig.defaults(SEED).toBuilder().averageDecay(average).build();
    }

    @ParameterizedTest
    @CsvSource({
        "BUILT_IN, 1, 0, 0",
        "BUILT_IN, 3, 0, 0.99",
        "LLAMA, 1, 0, 0",
        "MISTRAL, 0, 0, 0.9",
        "QWEN2, 3, 0, 0",
        "QWEN3, 1, 0, 0.9",
        "LLAMA, 1, 4, 0",
        "QWEN2, 0, 2, 0.9",
        "QWEN3, 3, 2, 0"
    })
    void shouldGoOnBitByBitWhenResumed(String family, int heads, int rank, double average) throws Exception {
        System.out.printf("seed %d%n", SEED);
        Compute compute = Compute.cpu();
        String undisturbed;
        Checkpoint.Written middle;
        try (RewardModelTrainer trainer = begin(family, heads, rank, average, compute)) {
            ToyTask.steps(trainer, 0, 8);
            undisturbed = trainer.checkpoint(root, "whole", Map.of()).sha256();
        }
        try (RewardModelTrainer trainer = begin(family, heads, rank, average, compute)) {
            ToyTask.steps(trainer, 0, 4);
            middle = trainer.checkpoint(root, null, Map.of());
            assertThat(middle.versionId()).startsWith("step-00000004-");
            ToyTask.steps(trainer, 4, 6);
        }
        Checkpoint opened = Checkpoint.open(middle.folder());
        try (RewardModelTrainer resumed = RewardModelTrainer.resume(opened, config(average), compute)) {
            assertThat(resumed.steps()).isEqualTo(4);
            assertThat(resumed.pairs()).isEqualTo(32);
            Checkpoint.Written again = resumed.checkpoint(root, "again", Map.of());
            assertThat(again.sha256()).as("saved, loaded and saved").isEqualTo(middle.sha256());
            ToyTask.steps(resumed, 4, 8);
            assertThat(resumed.checkpoint(root, "resumed", Map.of()).sha256()).isEqualTo(undisturbed);
        }
    }

    @ParameterizedTest
    @CsvSource({"LLAMA, 1, 0, 8", "LLAMA, 1, 4, 9"})
    void shouldNameTheFileWhenItIsDamaged(String family, int heads, int rank, int count) throws Exception {
        Path folder;
        try (RewardModelTrainer trainer = begin(family, heads, rank, 0, Compute.cpu())) {
            folder = trainer.checkpoint(root, null, Map.of("mine.bin", new byte[] {1, 2, 3, 4}))
                    .folder();
        }
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = new ArrayList<>(list.toList());
        }
        assertThat(files).hasSize(count);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(refusal(folder, Kind.MISSING)).contains(file.toString());
            Files.write(file, Arrays.copyOf(whole, whole.length - 1));
            assertThat(refusal(folder, Kind.CORRUPT)).contains(file.toString());
            Files.write(file, whole);
            RewardScorer.load(folder).close();
        }
    }

    private static String refusal(Path folder, Kind kind) {
        CheckpointException e = catchThrowableOfType(
                CheckpointException.class, () -> RewardScorer.load(folder).close());
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e.getMessage();
    }

    @ParameterizedTest
    @CsvSource({"0, 0.9", "0.9, 0"})
    void shouldRefuseToGoOnWhenTheAverageWasNotKeptAlike(double before, double after) throws Exception {
        Path folder;
        try (RewardModelTrainer trainer = begin("BUILT_IN", 1, 0, before, Compute.cpu())) {
            folder = trainer.checkpoint(root, null, Map.of()).folder();
        }
        CheckpointException e = catchThrowableOfType(
                CheckpointException.class,
                () -> RewardModelTrainer.resume(Checkpoint.open(folder), config(after))
                        .close());
        assertThat(e).isNotNull().hasMessageContaining("training_state.safetensors");
        assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
    }

    @ParameterizedTest
    @CsvSource({"LLAMA, 0", "BUILT_IN, 0", "LLAMA, 4"})
    void shouldServeTheAverageAndGoOnWithTheWeightsWhenOneIsKept(String family, int rank) throws Exception {
        double decay = 0.9;
        Compute compute = Compute.cpu();
        try (RewardModelTrainer trainer = begin(family, 1, rank, decay, compute);
                RewardModelTrainer bare = begin(family, 1, rank, 0, compute)) {
            Map<String, double[]> average = new HashMap<>();
            for (int step = 0; step <= 5; step++) {
                if (step > 0) {
                    ToyTask.steps(trainer, step - 1, step);
                    ToyTask.steps(bare, step - 1, step);
                }
                // Without an average the weights themselves are saved: both trainings take the same steps.
                Map<String, float[]> weights = tensors(bare, "bare" + step);
                double keep = Math.min(decay, (1.0 + step) / (10.0 + step));
                weights.forEach((name, w) -> average.merge(name, doubles(w), (old, now) -> mix(old, now, keep)));
            }
            List<EncodedInput> inputs = ToyTask.pairs(trainer.format(), 20, 5).stream()
                    .map(EncodedPair::chosen)
                    .toList();
            double[] served = trainer.score(inputs);
            assertThat(served).isEqualTo(trainer.score(inputs)).isNotEqualTo(bare.score(inputs));
            Path folder = trainer.checkpoint(root, "averaged", Map.of()).folder();
            Map<String, float[]> saved = TestTensors.read(folder.resolve(file(rank)));
            assertThat(saved.keySet()).isEqualTo(average.keySet());
            saved.forEach(
                    (name, w) -> assertThat(doubles(w)).as(name).containsExactly(average.get(name), within(1e-6)));
            try (RewardScorer scorer = RewardScorer.load(folder)) {
                assertThat(scorer.score(inputs)).isEqualTo(served);
            }
            // Scoring by the average left the weights as they were.
            Map<String, float[]> state = TestTensors.read(folder.resolve("training_state.safetensors"));
            tensors(bare, "bare")
                    .forEach((name, w) -> assertThat(state.get("w." + name)).isEqualTo(w));
        }
    }

    private static String file(int rank) {
        return rank > 0 ? "adapter_model.safetensors" : "model.safetensors";
    }

    private Map<String, float[]> tensors(RewardModelTrainer trainer, String name) throws Exception {
        Path folder = trainer.checkpoint(root, name, Map.of()).folder();
        Path adapter = folder.resolve(file(1));
        return TestTensors.read(Files.exists(adapter) ? adapter : folder.resolve(file(0)));
    }

    private static double[] mix(double[] old, double[] now, double keep) {
        double[] mixed = new double[old.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = keep * old[i] + (1 - keep) * now[i];
        }
        return mixed;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
