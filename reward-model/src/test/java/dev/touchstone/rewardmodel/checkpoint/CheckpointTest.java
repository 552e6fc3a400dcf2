package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

    private static final BuiltInConfig MODEL = new BuiltInConfig(8, 1, 2, 8, 32, 300);

    @TempDir
    private Path root;

    @Test
    void shouldGiveEverythingBackWhenOpened() throws Exception {
        Checkpoint.Written written = Checkpoint.write(root.resolve("new/deep"), null, contents(1));
        assertThat(written.versionId())
                .isEqualTo("step-00000042-" + written.sha256().substring(0, 8));
        assertThat(written.folder()).hasFileName(written.versionId());
        Checkpoint opened = Checkpoint.open(written.folder());
        assertThat(opened.sha256()).isEqualTo(written.sha256()).hasSize(64);
        assertThat(opened.versionId()).isEqualTo(written.versionId());
        assertThat(opened.model()).isEqualTo(MODEL);
        assertThat(opened.weights()).isEqualTo(contents(1).weights());
        assertThat(opened.tokenizerJson()).isEqualTo(contents(1).tokenizerJson());
        assertThat(opened.extra()).containsOnlyKeys("reservoir.bin");
        TrainingState state = opened.trainingState();
        assertThat(state).usingRecursiveComparison().isEqualTo(contents(1).state());
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
            assertKind(Kind.MISSING, () -> Checkpoint.open(folder));
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            assertKind(Kind.CORRUPT, () -> Checkpoint.open(folder));
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
    void shouldRefuseWhenSoundFilesDoNotFitTogether() throws Exception {
        Path folder = Checkpoint.write(root, "one", contents(1)).folder();
        rewrite(folder, "config.json", text -> text.replace("\"hidden_size\" : 8", "\"hidden_size\" : 16"));
        assertThat(kindOf(folder).getMessage()).contains("embed_tokens.weight", "[300, 8]", "[300, 16]");
        rewrite(folder, "config.json", text -> text.replace("\"hidden_size\" : 16", "\"hidden_size\" : 2000000000"));
        assertThat(kindOf(folder).kind()).isEqualTo(Kind.MISMATCH);
        rewrite(folder, "config.json", text -> text.replace("touchstone-decoder", "llama"));
        assertThat(kindOf(folder).getMessage()).contains("touchstone-decoder");
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
        for (String name : List.of("config.json", "manifest.json", "../x", "a/b", ".hidden", "")) {
            Checkpoint.Contents c = contents(1);
            Map<String, byte[]> extra = Map.of(name, new byte[0]);
            assertThatThrownBy(() -> Checkpoint.write(
                            root,
                            null,
                            new Checkpoint.Contents(c.model(), c.weights(), c.tokenizerJson(), c.state(), extra)))
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
        ObjectMapper json = new ObjectMapper();
        ObjectNode manifest = (ObjectNode) json.readTree(Files.readAllBytes(folder.resolve("manifest.json")));
        SortedMap<String, String> digests = new TreeMap<>();
        for (var it = manifest.path("files").fieldNames(); it.hasNext(); ) {
            String file = it.next();
            digests.put(file, FolderFiles.sha256(folder.resolve(file)));
        }
        String sha256 = FolderFiles.combined(digests);
        Files.write(
                folder.resolve("manifest.json"),
                Descriptions.manifest("step-00000042-" + sha256.substring(0, 8), sha256, digests));
    }

    private static CheckpointException kindOf(Path folder) {
        return catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThat(catchThrowableOfType(CheckpointException.class, call))
                .isNotNull()
                .extracting(CheckpointException::kind)
                .isEqualTo(kind);
    }

    private static Checkpoint.Contents contents(long seed) {
        ParameterLayout layout = new ParameterLayout(MODEL);
        TrainingState state =
                new TrainingState(42, 1344, 2, 1, layout.initialise(seed + 10), layout.initialise(seed + 20));
        byte[] tokenizer = "{\"not\": \"read here\"}".getBytes(StandardCharsets.UTF_8);
        return new Checkpoint.Contents(
                MODEL, layout.initialise(seed), tokenizer, state, Map.of("reservoir.bin", new byte[] {1, 2, 3}));
    }
}
