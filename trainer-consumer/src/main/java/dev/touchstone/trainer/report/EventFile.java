package dev.touchstone.trainer.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Not thread-safe. One event file as TensorBoard reads it: TFRecord frames (length, masked CRC-32C of the length, content,
 * masked CRC-32C of the content; little-endian; tensorflow/core/lib/io/record_writer.h), each an Event message
 * (tensorflow/core/util/event.proto). The first says the version; the second that a session starts, upon which TensorBoard
 * forgets later steps of older files: they were on a branch that was given up.
 */
final class EventFile implements AutoCloseable {
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int SESSION_START = 1;

    private final OutputStream out;
    private long size;

    /**
     * Begins a file.
     *
     * @param file made anew
     * @param step the first step that will be written
     * @throws IOException if it exists or cannot be written
     */
    EventFile(Path file, Instant at, long step) throws IOException {
        out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            write(event(at).text(FILE_VERSION, "brain.Event:2"));
            Protobuf start = new Protobuf().varint(1, SESSION_START);
            write(event(at).varint(STEP, step).message(SESSION_LOG, start));
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /** Writes figures by tag, as far as the operating system: a crash of the machine may lose the newest. */
    void write(Instant at, long step, Map<String, Double> values) throws IOException {
        Protobuf summary = new Protobuf();
        values.forEach(
                (tag, value) -> summary.message(1, new Protobuf().text(1, tag).float32(2, value.floatValue())));
        write(event(at).varint(STEP, step).message(SUMMARY, summary));
    }

    /** Bytes written so far. */
    long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static Protobuf event(Instant at) {
        return new Protobuf().float64(WALL_TIME, at.getEpochSecond() + at.getNano() / 1e9);
    }

    private void write(Protobuf event) throws IOException {
        byte[] content = event.toBytes();
        ByteBuffer frame = ByteBuffer.allocate(content.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(content.length);
        frame.putInt(maskedCrc(frame.array(), 8));
        frame.put(content);
        frame.putInt(maskedCrc(content, content.length));
        out.write(frame.array()); // in one piece: a reader never sees half a frame for long
        size += frame.capacity();
    }

    /** The mask of tensorflow/core/lib/hash/crc32c.h, for checksums that are stored beside what they are of. */
    private static int maskedCrc(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        int crc = (int) checksum.getValue();
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }
}
