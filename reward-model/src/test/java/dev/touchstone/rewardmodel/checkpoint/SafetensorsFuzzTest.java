package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFuzzTest {

    private static final String SOUND = """
            {"__metadata__":{"format":"pt"},\
            "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
            "empty":{"dtype":"F32","shape":[0,7],"data_offsets":[24,24]},\
            "b":{"dtype":"BF16","shape":[5],"data_offsets":[24,34]},\
            "c":{"dtype":"F16","shape":[],"data_offsets":[34,36]},\
            "ids":{"dtype":"I64","shape":[1],"data_offsets":[36,44]}}""";
    private static final int SOUND_DATA = 44;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{}}",
                "{} {}",
                "null",
                " {}",
                "{\"a\":1}",
                "{\"a\":{}}",
                "{\"\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,-4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[NaN],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,3],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647],\"data_offsets\":[0,8589934588]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1099511627776],\"data_offsets\":[0,4398046511104]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775804,-9223372036854775808]}}",
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[15],\"data_offsets\":[0,8]}}",
                "{\"__metadata__\":{\"step\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"__metadata__\":\"pt\",\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            })
    void shouldRefuseWhenTheHeaderIsHostile(String header) throws IOException {
        assertCorrupt(bytes(header, 8));
    }

    @Test
    void shouldAcceptTheHeaderThatTheHostileOnesComeFrom() throws Exception {
        assertThat(soundly(bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", 8)))
                .isTrue();
        assertThat(soundly(bytes(SOUND, SOUND_DATA))).isTrue();
        assertThat(soundly(bytes("{}", 0))).isTrue();
    }

    @Test
    void shouldRefuseWhenTheHeaderIsNestedDeeplyOrNotUtf8OrAnotherEncoding() throws Exception {
        assertCorrupt(bytes("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", 8));
        assertCorrupt(bytes("{\"a\":" + "{\"a\":".repeat(100_000), 8));
        assertCorrupt(
                bytes("{\"" + "n".repeat(2_000) + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0));
        assertCorrupt(bytes(
                "{\"\u00e4\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"
                        .getBytes(StandardCharsets.ISO_8859_1),
                0));
        assertCorrupt(bytes("{}".getBytes(StandardCharsets.UTF_16LE), 0));
        assertCorrupt(
                bytes("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "9".repeat(100_000) + "],\"data_offsets\":[0,0]}}", 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 100_000_001, 500})
    void shouldRefuseWhenTheHeadersLengthIsImpossible(long length) throws IOException {
        byte[] bytes = bytes(SOUND, SOUND_DATA);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        assertCorrupt(bytes);
    }

    @Test
    void shouldRefuseWhenTheFileIsCutOffAnywhereOrTooLong() throws IOException {
        byte[] bytes = bytes(SOUND, SOUND_DATA);
        for (int length = 0; length < bytes.length; length++) {
            assertCorrupt(Arrays.copyOf(bytes, length));
        }
        assertCorrupt(Arrays.copyOf(bytes, bytes.length + 1));
    }

    @Test
    void shouldReadOrRefuseWhenBytesAreDamagedAtRandom() throws Exception {
        Random random = seeded();
        int sound = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = bytes(SOUND, SOUND_DATA);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            sound += soundly(bytes) ? 1 : 0;
        }
        assertThat(sound).isBetween(1, 4_999);
    }

    @Test
    void shouldReadOrRefuseWhenHeadersAreMadeOfHostilePieces() throws Exception {
        Random random = seeded();
        List<String> numbers = List.of(
                "0",
                "1",
                "2",
                "4",
                "8",
                "16",
                "-1",
                "1.5",
                "1e3",
                "NaN",
                "null",
                "\"1\"",
                "[]",
                "9223372036854775807",
                "9223372036854775808",
                "4611686018427387904",
                "-9223372036854775808",
                "4294967296",
                "1099511627776");
        List<String> dtypes = List.of("F32", "F32", "BF16", "F16", "I64", "U8", "F4", "F6_E2M3", "X", "");
        int sound = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder header = new StringBuilder("{");
            int tensors = random.nextInt(3);
            for (int t = 0; t < tensors; t++) {
                header.append(t > 0 ? "," : "")
                        .append("\"t")
                        .append(random.nextInt(8))
                        .append("\":{\"dtype\":\"");
                header.append(pick(random, dtypes)).append("\",\"shape\":[");
                int rank = random.nextInt(4) == 0 ? random.nextInt(11) : random.nextInt(2);
                for (int d = 0; d < rank; d++) {
                    header.append(d > 0 ? "," : "").append(number(random, numbers));
                }
                header.append("],\"data_offsets\":[")
                        .append(number(random, numbers))
                        .append(",");
                header.append(number(random, numbers)).append("]}");
            }
            sound += soundly(bytes(header.append("}").toString(), 4 * random.nextInt(3))) ? 1 : 0;
        }
        assertThat(sound).isBetween(1, 4_999);
    }

    @Test
    void shouldAllocateNoMoreThanTheHeaderAndAChunkWhenTensorsAreHuge() throws Exception {
        byte[] claim =
                bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[1099511627776],\"data_offsets\":[0,4398046511104]}}", 8);
        assertThat(allocatedBy(() -> assertCorrupt(claim))).isLessThan(2_000_000);

        // Eight gigabytes that the disk need not hold.
        Path sparse = Files.write(
                folder.resolve("sparse"),
                bytes("{\"a\":{\"dtype\":\"BF16\",\"shape\":[65536,65536],\"data_offsets\":[0,8589934592]}}", 0));
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(file.length() + (8L << 30));
        }
        assertThat(allocatedBy(() -> {
                    try (SafetensorsFile file = SafetensorsFile.open(sparse)) {
                        assertThat(file.tensors().get("a").elements()).isEqualTo(1L << 32);
                        assertThatThrownBy(() -> file.read("a", chunk -> {
                                    throw new CheckpointException(Kind.IO, "enough " + chunk.remaining());
                                }))
                                .hasMessage("enough " + SafetensorsFile.CHUNK);
                    }
                }))
                .isLessThan(2_000_000);
    }

    @Test
    void shouldStopEarlyWhenAHeaderHasMillionsOfEntries() throws Exception {
        StringBuilder metadata = new StringBuilder("{\"__metadata__\":{");
        StringBuilder tensors = new StringBuilder("{");
        for (int i = 0; i < 300_000; i++) {
            metadata.append('"').append(i).append("\":\"\",");
            tensors.append('"').append(i).append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
        }
        assertCorrupt(bytes(metadata + "\"x\":\"\"}}", 0));
        assertCorrupt(bytes(tensors + "\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0));
    }

    private interface Action {
        void run() throws Exception;
    }

    private static long allocatedBy(Action action) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static Random seeded() {
        long seed = new Random().nextLong();
        System.out.println("SafetensorsFuzzTest seed " + seed);
        return new Random(seed);
    }

    private static String number(Random random, List<String> numbers) {
        return random.nextInt(12) == 0 ? pick(random, numbers) : numbers.get(random.nextInt(5));
    }

    private static String pick(Random random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** Whether the file can be opened; then every value in it can be read. Anything but a typed refusal fails. */
    private boolean soundly(byte[] bytes) throws Exception {
        Path path = Files.write(folder.resolve("file.safetensors"), bytes);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (Map.Entry<String, TensorInfo> tensor : file.tensors().entrySet()) {
                long[] count = {0};
                if (tensor.getValue().dtype().readable()) {
                    file.read(tensor.getKey(), chunk -> count[0] += chunk.remaining());
                    assertThat(count[0]).isEqualTo(tensor.getValue().elements());
                }
            }
            return true;
        } catch (CheckpointException e) {
            assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
            assertThat(e).hasMessageContaining(path.toString());
            return false;
        }
    }

    private void assertCorrupt(byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("file.safetensors"), bytes);
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> SafetensorsFile.open(path));
        assertThat(e).isNotNull().hasMessageContaining(path.toString());
        assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
    }

    private static byte[] bytes(String header, int data) {
        return bytes(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private static byte[] bytes(byte[] header, int data) {
        return ByteBuffer.allocate(8 + header.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }
}
