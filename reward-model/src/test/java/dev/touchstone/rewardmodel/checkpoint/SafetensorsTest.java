package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    private static Map<String, Safetensors.Tensor> tensors() {
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", new Safetensors.Tensor(new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, -0f}));
        tensors.put("empty", new Safetensors.Tensor(new long[] {0, 7}, new float[0]));
        tensors.put("scalar", new Safetensors.Tensor(new long[0], new float[] {Float.NaN}));
        return tensors;
    }

    @Test
    void shouldGiveTensorsBackWhenTheyWereWritten() throws CheckpointException {
        byte[] bytes = Safetensors.write(tensors());
        Map<String, Safetensors.Tensor> read = Safetensors.read("file", bytes);
        assertThat(read.keySet()).containsExactly("a", "empty", "scalar");
        tensors().forEach((name, tensor) -> {
            assertThat(read.get(name).shape()).isEqualTo(tensor.shape());
            assertThat(read.get(name).values()).isEqualTo(tensor.values());
        });
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
                .isZero();
    }

    @Test
    void shouldPassOverMetadataWhenReading() throws CheckpointException {
        byte[] file = file(
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                4);
        assertThat(Safetensors.read("file", file)).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "null",
                "{\"a\":1}",
                "{\"a\":{}}",
                "{\"a\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,-4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647],\"data_offsets\":[0,8589934588]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775804,-9223372036854775808]}}"
            })
    void shouldRefuseWhenTheHeaderIsHostile(String header) {
        assertCorrupt(file(header, 8));
    }

    @Test
    void shouldRefuseWhenTheHeaderIsNestedDeeply() {
        assertCorrupt(file("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", 8));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 100_000_001})
    void shouldRefuseWhenTheHeadersLengthIsImpossible(long length) {
        byte[] bytes = Safetensors.write(tensors());
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        assertCorrupt(bytes);
    }

    @Test
    void shouldRefuseWhenTheFileIsCutOffAnywhere() {
        byte[] bytes = Safetensors.write(tensors());
        for (int length = 0; length < bytes.length; length++) {
            assertCorrupt(Arrays.copyOf(bytes, length));
        }
        assertCorrupt(Arrays.copyOf(bytes, bytes.length + 1));
    }

    @Test
    void shouldReadOrRefuseWhenBytesAreDamagedAtRandom() {
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = Safetensors.write(tensors());
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Safetensors.read("file", bytes);
            } catch (CheckpointException e) {
                assertThat(e.kind()).isEqualTo(CheckpointException.Kind.CORRUPT);
            }
        }
    }

    private static byte[] file(String header, int data) {
        byte[] head = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + head.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(head.length)
                .put(head)
                .array();
    }

    private static void assertCorrupt(byte[] bytes) {
        assertThatThrownBy(() -> Safetensors.read("file", bytes))
                .isInstanceOf(CheckpointException.class)
                .extracting(e -> ((CheckpointException) e).kind())
                .isEqualTo(CheckpointException.Kind.CORRUPT);
    }
}
