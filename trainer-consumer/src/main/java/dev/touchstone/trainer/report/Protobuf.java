package dev.touchstone.trainer.report;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Not thread-safe. The few forms of protobuf's wire format that an event file needs; a library for them would be larger. */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Protobuf varint(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    Protobuf float64(int field, double value) {
        key(field, FIXED64);
        littleEndian(Double.doubleToLongBits(value), Long.BYTES);
        return this;
    }

    Protobuf float32(int field, float value) {
        key(field, FIXED32);
        littleEndian(Float.floatToIntBits(value), Integer.BYTES);
        return this;
    }

    Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Protobuf message(int field, Protobuf value) {
        return bytes(field, value.toBytes());
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private Protobuf bytes(int field, byte[] value) {
        key(field, BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private void key(int field, int type) {
        varint((long) field << 3 | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void littleEndian(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> 8 * i));
        }
    }
}
