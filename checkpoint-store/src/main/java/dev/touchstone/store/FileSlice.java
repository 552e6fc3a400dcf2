package dev.touchstone.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Not thread-safe. Some bytes of a file, as a stream. */
final class FileSlice extends InputStream {
    private final InputStream file;
    private long left;

    /**
     * @param from offset of the first byte
     * @param length how many bytes
     */
    FileSlice(Path path, long from, long length) throws IOException {
        file = Files.newInputStream(path);
        file.skipNBytes(from);
        left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0 && length > 0) {
            return -1;
        }
        int count = file.read(bytes, offset, (int) Math.min(length, left));
        left -= Math.max(0, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
