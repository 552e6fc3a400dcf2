package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorFolderTest {

    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    @Test
    void shouldShowOneViewWhenWeightsAreInShards() throws Exception {
        write(ONE, "a", "c");
        write(TWO, "b", "unlisted");
        index("{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\",\"c\":\"" + ONE + "\"}");
        try (TensorFolder weights = TensorFolder.open(folder)) {
            assertThat(weights.tensors().keySet()).containsExactly("a", "c", "b", "unlisted");
            for (String name : weights.tensors().keySet()) {
                FloatBuffer values = FloatBuffer.allocate(1);
                weights.read(name, values::put);
                assertThat(values.get(0)).isEqualTo(name.charAt(0));
            }
            CheckpointException e =
                    catchThrowableOfType(CheckpointException.class, () -> weights.read("d", chunk -> {}));
            assertThat(e).hasMessageContaining(folder + " has no tensor d");
        }
    }

    @Test
    void shouldTakeTheWholeFileWhenAnIndexIsThereToo() throws Exception {
        write("model.safetensors", "whole");
        index("{\"a\":\"" + ONE + "\"}");
        try (TensorFolder weights = TensorFolder.open(folder)) {
            assertThat(weights.tensors()).containsOnlyKeys("whole");
        }
    }

    @Test
    void shouldNameTheShardWhenItIsMissingOrLacksATensorOrRepeatsOne() throws Exception {
        write(ONE, "a");
        index("{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}");
        assertRefused(Kind.MISSING, TWO);
        write(TWO, "other");
        assertRefused(Kind.CORRUPT, TWO + " lacks b");
        write(TWO, "b", "a");
        assertRefused(Kind.CORRUPT, "both have a");
        write(TWO, "b");
        TensorFolder.open(folder).close();
        Files.write(folder.resolve(TWO), Arrays.copyOf(Files.readAllBytes(folder.resolve(TWO)), 20));
        assertRefused(Kind.CORRUPT, TWO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../model-1.safetensors\"",
                "\"/etc/passwd\"",
                "\"a/b.safetensors\"",
                "\"a\\\\b.safetensors\"",
                "\"..\"",
                "\".hidden.safetensors\"",
                "\"\"",
                "\"model.bin\"",
                "1",
                "null"
            })
    void shouldRefuseWhenTheIndexNamesNoPlainFile(String name) throws Exception {
        index("{\"a\":" + name + "}");
        assertRefused(Kind.CORRUPT, "says that a is in a file whose name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{}}",
                "{",
                "{\"weight_map\":{},\"weight_map\":{}}"
            })
    void shouldRefuseWhenTheIndexIsNotSound(String text) throws Exception {
        Files.writeString(folder.resolve("model.safetensors.index.json"), text);
        assertRefused(Kind.CORRUPT, "model.safetensors.index.json");
    }

    @Test
    void shouldSayWhatToDoWhenThereAreNoSafetensors() throws Exception {
        assertRefused(Kind.MISSING, "neither model.safetensors nor");
        Files.write(folder.resolve("pytorch_model.bin"), new byte[1]);
        assertRefused(Kind.MISMATCH, "convert it");
    }

    private void write(String file, String... names) throws Exception {
        Files.deleteIfExists(folder.resolve(file));
        SafetensorsWriter.write(
                folder.resolve(file),
                Arrays.stream(names)
                        .map(name -> TensorSource.of(name, new long[] {1}, new float[] {name.charAt(0)}, 0))
                        .toList(),
                Map.of());
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":12},\"weight_map\":" + weightMap + "}");
    }

    private void assertRefused(Kind kind, String message) {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> TensorFolder.open(folder));
        assertThat(e).isNotNull().hasMessageContaining(message).hasMessageContaining(folder.toString());
        assertThat(e.kind()).isEqualTo(kind);
    }
}
