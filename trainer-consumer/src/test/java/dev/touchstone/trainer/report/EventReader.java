package dev.touchstone.trainer.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads event files by the description of their format, with nothing of what writes them. */
final class EventReader {
    /** An event; the version and the session's status where it has them. */
    record Event(double wallTime, long step, String version, long session, Map<String, Float> values) {}

    private EventReader() {}

    static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            requireCrc(length, in.getInt());
            byte[] content = new byte
                    [Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong())];
            in.get(content);
            requireCrc(content, in.getInt());
            events.add(event(content));
        }
        return events;
    }

    private static Event event(byte[] bytes) {
        double wallTime = 0;
        long step = 0;
        String version = "";
        long session = 0;
        Map<String, Float> values = new HashMap<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = varint(in);
            switch ((int) key) {
                case 1 << 3 | 1 -> wallTime = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = new String(bytes(in), StandardCharsets.UTF_8);
                case 7 << 3 | 2 -> {
                    ByteBuffer log = ByteBuffer.wrap(bytes(in));
                    if (varint(log) == 1 << 3) {
                        session = varint(log);
                    }
                }
                case 5 << 3 | 2 -> summary(bytes(in), values);
                default -> throw new AssertionError("An event has no key " + key);
            }
        }
        return new Event(wallTime, step, version, session, values);
    }

    private static void summary(byte[] bytes, Map<String, Float> values) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            require(varint(in), 1 << 3 | 2);
            ByteBuffer value = ByteBuffer.wrap(bytes(in)).order(ByteOrder.LITTLE_ENDIAN);
            require(varint(value), 1 << 3 | 2);
            String tag = new String(bytes(value), StandardCharsets.UTF_8);
            require(varint(value), 2 << 3 | 5);
            values.put(tag, value.getFloat());
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(varint(in))];
        in.get(bytes);
        return bytes;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static void require(long key, long wanted) {
        if (key != wanted) {
            throw new AssertionError("The key is " + key + " in the place of " + wanted);
        }
    }

    private static void requireCrc(byte[] bytes, int masked) {
        int rotated = masked - 0xa282ead8;
        int stored = rotated >>> 17 | rotated << 15;
        if (stored != crc32c(bytes)) {
            throw new AssertionError("A checksum does not fit");
        }
    }

    /** Bit by bit, with the reversed polynomial of Castagnoli. */
    private static int crc32c(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        return ~crc;
    }
}
