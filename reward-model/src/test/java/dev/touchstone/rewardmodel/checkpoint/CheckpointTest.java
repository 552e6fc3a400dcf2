package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Initialisation;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

    private static final BuiltInConfig MODEL = new BuiltInConfig(8, 1, 2, 8, 32, 300);
    private static final FlatLayout LAYOUT = ParameterLayout.of(MODEL, null).trained();
    private static final TrainingCounters COUNTERS = new TrainingCounters(42, 1344, 2, 1);
    private static final byte[] TOKENIZER = "{\"not\": \"read here\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldGiveEverythingBackWhenOpened() throws Exception {
        Checkpoint.Written written = Checkpoint.write(root.resolve("new/deep"), null, contents(1));
        assertThat(written.versionId())
                .isEqualTo("step-00000042-" + written.sha256().substring(0, 8));
        assertThat(written.folder()).hasFileName(written.versionId());
        Checkpoint opened = Checkpoint.open(written.folder());
        assertThat(opened.folder()).isEqualTo(written.folder());
        assertThat(opened.sha256()).isEqualTo(written.sha256()).hasSize(64);
        assertThat(opened.versionId()).isEqualTo(written.versionId());
        assertThat(opened.model().config()).isEqualTo(MODEL);
        assertThat(opened.model().adapters()).isNull();
        assertThat(opened.model().texts().get("tokenizer.json")).isEqualTo(TOKENIZER);
        assertThat(opened.extra()).containsOnlyKeys("reservoir.bin");
        assertThat(opened.extra().get("reservoir.bin")).containsExactly(1, 2, 3);
        assertThat(opened.counters()).isEqualTo(COUNTERS);
        try (SafetensorsFile state = opened.state()) {
            for (Parameter p : LAYOUT.parameters()) {
                List<Float> read = new ArrayList<>();
                state.read("m." + p.name(), chunk -> {
                    for (int i = chunk.position(); i < chunk.limit(); i++) {
                        read.add(chunk.get(i));
                    }
                });
                assertThat(read).as(p.name()).isEqualTo(boxed(values(p, 11)));
            }
        }
        try (Network network = new Network(MODEL, null, Compute.cpu(), Network.Purpose.TRAINING)) {
            opened.model().fill(network, 99);
            assertThat(network.trained().toArray()).isEqualTo(Initialisation.builtIn(LAYOUT, 1));
        }
    }

    @Test
    void shouldHashContentAloneWhenWrittenElsewhereOrLater() throws Exception {
        String sha256 = Checkpoint.write(root, "one", contents(1)).sha256();
        assertThat(Checkpoint.write(root, "two", contents(1)).sha256()).isEqualTo(sha256);
        assertThat(Checkpoint.write(root, "three", contents(2)).sha256()).isNotEqualTo(sha256);
    }

    @Test
    void shouldLeaveNothingBesideTheFolderWhenWritten() throws Exception {
        Checkpoint.write(root, "one", contents(1));
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files).containsExactly(root.resolve("one"));
        }
    }

    @Test
    void shouldAcceptTheSameContentAndRefuseAnotherWhenTheNameIsTaken() throws Exception {
        Checkpoint.Written written = Checkpoint.write(root, "one", contents(1));
        assertThat(Checkpoint.write(root, "one", contents(1))).isEqualTo(written);
        assertKind(Kind.MISMATCH, () -> Checkpoint.write(root, "one", contents(2)));
        assertThat(Checkpoint.open(written.folder()).sha256()).isEqualTo(written.sha256());
    }

    @Test
    void shouldRefuseWhenAnyFileIsMissingOrChangedOrCutOff() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = new ArrayList<>(list.toList());
        }
        assertThat(files).hasSize(7);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.delete(file);
            assertKind(Kind.MISSING, file, () -> Checkpoint.open(folder));
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            assertKind(Kind.CORRUPT, file, () -> Checkpoint.open(folder));
            byte[] changed = whole.clone();
            changed[whole.length / 2] ^= 1;
            Files.write(file, changed);
            assertKind(Kind.CORRUPT, () -> Checkpoint.open(folder));
            Files.write(file, whole);
            Checkpoint.open(folder);
        }
        assertKind(Kind.MISSING, () -> Checkpoint.open(root.resolve("nowhere")));
    }

    @Test
    void shouldRefuseWhenAFileIsChangedAfterItWasOpened() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        Checkpoint opened = Checkpoint.open(folder);
        for (String name : List.of("training_state.safetensors", "reservoir.bin")) {
            byte[] changed = Files.readAllBytes(folder.resolve(name));
            changed[changed.length - 1] ^= 1;
            Files.write(folder.resolve(name), changed);
        }
        assertKind(
                Kind.CORRUPT,
                folder.resolve("training_state.safetensors"),
                () -> opened.state().close());
        assertKind(Kind.CORRUPT, folder.resolve("reservoir.bin"), opened::extra);
    }

    @Test
    void shouldServeWithoutTheTrainingStateWhenItWasLeftOut() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        Files.delete(folder.resolve("training_state.safetensors"));
        Files.delete(folder.resolve("training_state.json"));
        mend(folder, Set.of("training_state.safetensors", "training_state.json"));
        Checkpoint opened = Checkpoint.open(folder);
        assertThat(opened.model().config()).isEqualTo(MODEL);
        assertKind(Kind.MISSING, folder.resolve("training_state.json"), opened::counters);
        assertKind(Kind.MISSING, folder.resolve("training_state.safetensors"), opened::state);
    }

    @Test
    void shouldRefuseWhenAWeightIsNotFinite() throws Exception {
        Checkpoint.Contents c = contents(1);
        List<TensorSource> weights = new ArrayList<>(c.weights());
        Parameter bad = LAYOUT.parameters().get(2);
        float[] values = values(bad, 1);
        values[3] = Float.NaN;
        weights.set(2, source("", bad, values));
        Path folder = Checkpoint.write(
                        root, "one", new Checkpoint.Contents(c.model(), weights, c.state(), c.counters(), c.extra()))
                .folder();
        Checkpoint opened = Checkpoint.open(folder);
        try (Network network = new Network(MODEL, null, Compute.cpu(), Network.Purpose.SCORING)) {
            CheckpointException e =
                    assertKind(Kind.CORRUPT, () -> opened.model().fill(network, 1));
            assertThat(e).hasMessageContaining(bad.name()).hasMessageContaining(folder.toString());
        }
    }

    @Test
    void shouldRefuseWhenSoundFilesDoNotFitTogether() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        rewrite(folder, "config.json", text -> text.replace("\"hidden_size\" : 8", "\"hidden_size\" : 16"));
        assertThat(refusal(folder).getMessage()).contains("embed_tokens.weight", "[300, 8]", "[300, 16]");
        rewrite(folder, "config.json", text -> text.replace("\"hidden_size\" : 16", "\"hidden_size\" : 2000000000"));
        assertThat(refusal(folder).kind()).isEqualTo(Kind.MISMATCH);
        rewrite(folder, "config.json", text -> text.replace("touchstone-decoder", "other"));
        assertThat(refusal(folder).getMessage()).contains("\"other\"");
        rewrite(folder, "config.json", text -> text.replace("model_type", "model"));
        assertThat(refusal(folder).kind()).isEqualTo(Kind.MISMATCH);
        rewrite(folder, "training_state.json", text -> "{}");
        rewrite(folder, "config.json", text -> new String(Descriptions.config(MODEL), StandardCharsets.UTF_8));
        assertKind(
                Kind.CORRUPT,
                folder.resolve("training_state.json"),
                () -> Checkpoint.open(folder).counters());
    }

    @Test
    void shouldRefuseWhenTheManifestNamesAFileOutside() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        Files.writeString(
                folder.resolve("manifest.json"),
                "{\"version\":\"x\",\"sha256\":\"\",\"files\":{\"../../etc/passwd\":\"00\"}}");
        assertKind(Kind.CORRUPT, () -> Checkpoint.open(folder));
    }

    @Test
    void shouldRefuseExtraNamesWhenTheyAreReservedOrPaths() {
        Checkpoint.Contents c = contents(1);
        for (String name :
                List.of("config.json", "manifest.json", "adapter_config.json", "../x", "a/b", ".hidden", "")) {
            Map<String, byte[]> extra = Map.of(name, new byte[0]);
            assertThatThrownBy(() -> Checkpoint.write(
                            root,
                            null,
                            new Checkpoint.Contents(c.model(), c.weights(), c.state(), c.counters(), extra)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldSayWhatTheDiskRefusesWhenTheRootIsAFile() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "x");
        assertKind(Kind.IO, () -> Checkpoint.write(file, null, contents(1)));
    }

    /** Changes a file and mends all hashes, as somebody would who edits a model by hand. */
    private static void rewrite(Path folder, String name, UnaryOperator<String> edit) throws IOException {
        Files.writeString(folder.resolve(name), edit.apply(Files.readString(folder.resolve(name))));
        mend(folder, Set.of());
    }

    static void mend(Path folder, Set<String> without) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode manifest = (ObjectNode) json.readTree(Files.readAllBytes(folder.resolve("manifest.json")));
        SortedMap<String, String> digests = new TreeMap<>();
        for (var it = manifest.path("files").fieldNames(); it.hasNext(); ) {
            String file = it.next();
            if (!without.contains(file)) {
                digests.put(file, FolderFiles.sha256(folder.resolve(file)));
            }
        }
        String sha256 = FolderFiles.combined(digests);
        Files.write(
                folder.resolve("manifest.json"),
                Descriptions.manifest("step-00000042-" + sha256.substring(0, 8), sha256, digests));
    }

    private static CheckpointException refusal(Path folder) {
        return catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));
    }

    private static CheckpointException assertKind(Kind kind, ThrowingCallable call) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, call);
        assertThat(e).isNotNull().extracting(CheckpointException::kind).isEqualTo(kind);
        return e;
    }

    private static void assertKind(Kind kind, Path file, ThrowingCallable call) {
        assertThat(assertKind(kind, call)).hasMessageContaining(file.toString());
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>();
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    private static float[] values(Parameter p, long seed) {
        int from = (int) p.offset();
        return Arrays.copyOfRange(Initialisation.builtIn(LAYOUT, seed), from, from + (int) p.size());
    }

    private static TensorSource source(String prefix, Parameter p, float[] values) {
        long[] shape = p.shape().stream().mapToLong(Long::longValue).toArray();
        return new TensorSource(prefix + p.name(), Dtype.F32, shape, sink -> sink.accept(FloatBuffer.wrap(values)));
    }

    private static Checkpoint.Contents contents(long seed) {
        List<TensorSource> weights = new ArrayList<>();
        List<TensorSource> state = new ArrayList<>();
        for (Parameter p : LAYOUT.parameters()) {
            weights.add(source("", p, values(p, seed)));
            state.add(source("m.", p, values(p, seed + 10)));
            state.add(source("v.", p, values(p, seed + 20)));
        }
        Map<String, byte[]> extra = Map.of("reservoir.bin", new byte[] {1, 2, 3});
        return new Checkpoint.Contents(StoredModel.fresh(MODEL, TOKENIZER), weights, state, COUNTERS, extra);
    }
}
