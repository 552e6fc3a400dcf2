package dev.touchstone.producers.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Confined to one thread. Reads lines as bytes in constant memory: of a line longer than the limit only the head is held, the
 * rest can be copied or is skipped.
 */
final class LineReader {
    private final InputStream in;
    private final int limit;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private long bytesRead;
    private long number;
    private boolean unfinished;

    /**
     * One line without its end.
     *
     * @param number from 1
     * @param bytes the line, or its head
     * @param cut whether there is more of it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Line(long number, byte[] bytes, boolean cut) {}

    LineReader(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /** The next line, or empty at the end. */
    Optional<Line> next() throws IOException {
        if (unfinished) {
            copyRest(OutputStream.nullOutputStream());
        }
        if (!available()) {
            return Optional.empty();
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        unfinished = !take(line, limit);
        byte[] bytes = line.toByteArray();
        int length = bytes.length;
        if (!unfinished && length > 0 && bytes[length - 1] == '\r') {
            bytes = Arrays.copyOf(bytes, length - 1);
        }
        return Optional.of(new Line(++number, bytes, unfinished));
    }

    /** Copies what there is more of a line that is cut. */
    void copyRest(OutputStream out) throws IOException {
        take(out, Long.MAX_VALUE);
        unfinished = false;
    }

    /** Bytes of lines taken so far. */
    long bytesRead() {
        return bytesRead - (end - position);
    }

    /** Takes up to the end of the line, which is not given on; false if there was more than the limit. */
    private boolean take(OutputStream out, long most) throws IOException {
        long room = most;
        while (available()) {
            int from = position;
            while (position < end && buffer[position] != '\n' && position - from < room) {
                position++;
            }
            out.write(buffer, from, position - from);
            room -= position - from;
            if (position < end) {
                if (buffer[position] == '\n') {
                    position++;
                    return true;
                }
                return false;
            }
        }
        return true;
    }

    private boolean available() throws IOException {
        if (position == end) {
            position = 0;
            end = Math.max(0, in.read(buffer));
            bytesRead += end;
        }
        return end > 0;
    }
}
