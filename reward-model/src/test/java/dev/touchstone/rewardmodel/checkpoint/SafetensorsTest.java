package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    @TempDir
    private Path folder;

    @Test
    void shouldGiveTensorsBackWhenTheyWereWritten() throws Exception {
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.write(file, tensors(), SafetensorsWriter.METADATA);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.tensors().keySet()).containsExactly("a", "empty", "scalar", "half");
            assertThat(opened.tensors().get("a").shape()).containsExactly(2, 3);
            assertThat(opened.tensors().get("empty").shape()).containsExactly(0, 7);
            assertThat(opened.tensors().get("scalar").shape()).isEmpty();
            assertThat(opened.tensors().get("half").dtype()).isEqualTo(Dtype.BF16);
            assertThat(values(opened, "a")).containsExactly(1, 2, 3, 4, 5, -0f);
            assertThat(values(opened, "empty")).isEmpty();
            assertThat(values(opened, "scalar")).containsExactly(Float.NaN);
            // Between 1 and the next bfloat16, 1.0078125; halfway goes to the even one.
            assertThat(values(opened, "half")).containsExactly(1, 1.0078125f, 1.015625f);
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(text.substring(8)).startsWith("{\"__metadata__\":{\"format\":\"pt\"},\"a\":");
        assertThat(ByteBuffer.wrap(Files.readAllBytes(file))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        % 8)
                .isZero();
    }

    @Test
    void shouldWriteTheSameBytesWhenTensorsComeInAnotherOrder() throws Exception {
        List<TensorSource> tensors = new ArrayList<>(tensors());
        String one = SafetensorsWriter.write(folder.resolve("one"), tensors, Map.of("a", "1", "b", "2"));
        Collections.reverse(tensors);
        String two = SafetensorsWriter.write(folder.resolve("two"), tensors, Map.of("b", "2", "a", "1"));
        assertThat(two)
                .isEqualTo(one)
                .isEqualTo(FolderFiles.sha256(Files.readAllBytes(folder.resolve("one"))))
                .isEqualTo(FolderFiles.sha256(folder.resolve("two")));
    }

    @Test
    void shouldPassEveryValueOnceWhenATensorHasManyChunks() throws Exception {
        int size = 2 * SafetensorsFile.CHUNK + 12_345;
        float[] random = new float[size];
        Random values = new Random(5);
        for (int i = 0; i < size; i++) {
            random[i] = Float.intBitsToFloat(values.nextInt());
        }
        Path file = folder.resolve("x");
        TensorSource halves = new TensorSource("h", Dtype.BF16, new long[] {size}, sink -> {
            // Pieces of odd sizes, which do not fit the writer's buffer.
            for (int at = 0; at < size; at += 77_777) {
                sink.accept(FloatBuffer.wrap(random, at, Math.min(77_777, size - at)));
            }
        });
        SafetensorsWriter.write(
                file, List.of(TensorSource.of("pad", new long[] {1}, random, 3), halves, whole("w", random)), Map.of());
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            float[] read = values(opened, "w");
            float[] rounded = values(opened, "h");
            for (int i = 0; i < size; i++) {
                assertThat(Float.floatToRawIntBits(read[i])).isEqualTo(Float.floatToRawIntBits(random[i]));
                assertThat(Float.floatToRawIntBits(rounded[i]) >>> 16)
                        .isEqualTo(0xffff & FloatBits.toBfloat16(Float.floatToRawIntBits(random[i])));
            }
            opened.read("w", chunk -> assertThat(chunk.remaining()).isLessThanOrEqualTo(SafetensorsFile.CHUNK));
        }
    }

    @Test
    void shouldRefuseWhenATensorIsAbsentOrOfAnotherType() throws Exception {
        Path file = file(
                "{\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"f8\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[8,10]},"
                        + "\"f4\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[10,11]}}",
                11);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.tensors().keySet()).containsExactly("i", "f8", "f4");
            assertThat(opened.tensors().get("f4").elements()).isEqualTo(2);
            for (String name : List.of("i", "f8", "f4", "nowhere")) {
                CheckpointException e = catchThrowableOfType(
                        CheckpointException.class, () -> opened.read(name, FloatBuffer::remaining));
                assertThat(e.kind()).isEqualTo(Kind.MISMATCH);
                assertThat(e).hasMessageContaining(name).hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenTheFileIsNotThereOrAFolderOrCutOffLater() throws Exception {
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("nowhere")))
                .isInstanceOfSatisfying(
                        CheckpointException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING));
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOfSatisfying(
                        CheckpointException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IO));
        Path file = folder.resolve("x");
        SafetensorsWriter.write(file, tensors(), Map.of());
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
            assertThatThrownBy(() -> opened.read("half", chunk -> {}))
                    .isInstanceOfSatisfying(
                            CheckpointException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        }
    }

    @Test
    void shouldRefuseWhenASourceGivesTooFewOrTooManyValuesOrNamesRepeat() {
        for (int given : List.of(0, 3, 5)) {
            TensorSource tensor = new TensorSource(
                    "t", Dtype.F32, new long[] {2, 2}, sink -> sink.accept(FloatBuffer.allocate(given)));
            assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("n" + given), List.of(tensor), Map.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("t gave " + given);
        }
        TensorSource twice = whole("t", new float[1]);
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("twice"), List.of(twice, twice), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TensorSource("t", Dtype.F16, new long[0], sink -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Path file(String header, int data) throws IOException {
        byte[] head = header.getBytes(StandardCharsets.UTF_8);
        return Files.write(
                folder.resolve("file.safetensors"),
                ByteBuffer.allocate(8 + head.length + data)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(head.length)
                        .put(head)
                        .array());
    }

    private static List<TensorSource> tensors() {
        float[] halves = {1 + 1 / 256f, 1.0078f, 1 + 3 / 256f};
        return List.of(
                new TensorSource("half", Dtype.BF16, new long[] {3}, sink -> sink.accept(FloatBuffer.wrap(halves))),
                TensorSource.of("a", new long[] {2, 3}, new float[] {9, 1, 2, 3, 4, 5, -0f}, 1),
                TensorSource.of("empty", new long[] {0, 7}, new float[0], 0),
                TensorSource.of("scalar", new long[0], new float[] {Float.NaN}, 0));
    }

    private static TensorSource whole(String name, float[] values) {
        return TensorSource.of(name, new long[] {values.length}, values, 0);
    }

    private static float[] values(SafetensorsFile file, String name) throws CheckpointException {
        FloatBuffer values = FloatBuffer.allocate((int) file.tensors().get(name).elements());
        file.read(name, values::put);
        assertThat(values.hasRemaining()).isFalse();
        return values.array();
    }
}
