package dev.touchstone.trainer.learn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Not thread-safe. Remembers the newest held-out pairs by a hash of prompt and completions, so that a pair that is delivered
 * or critiqued again counts once in a test.
 */
final class SeenPairs {
    private final int capacity;
    private final Set<Long> hashes = new LinkedHashSet<>();

    /** @param capacity how many are remembered, at least 1 */
    SeenPairs(int capacity) {
        this.capacity = capacity;
    }

    /** Remembers a pair; whether it was not remembered before. */
    boolean add(HeldOutPair pair) {
        if (!hashes.add(hash(pair))) {
            return false;
        }
        if (hashes.size() > capacity) {
            Iterator<Long> oldest = hashes.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * hashes.size());
        hashes.forEach(bytes::putLong);
        return bytes.array();
    }

    /** Takes over what {@link #toBytes} gave. */
    void readFrom(byte[] content) throws IOException {
        if (content.length % Long.BYTES != 0 || content.length / Long.BYTES > capacity) {
            throw new IOException("the memory of held-out pairs has " + content.length + " bytes");
        }
        hashes.clear();
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            hashes.add(bytes.getLong());
        }
    }

    private static long hash(HeldOutPair pair) {
        return Long.parseUnsignedLong(pair.place("").substring(0, 2 * Long.BYTES), 16);
    }
}
