package dev.touchstone.critique.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** How large a record is. */
final class Sizes {
    private static final int OVERHEAD_PER_HEADER = 10;

    private Sizes() {}

    /** Bytes of key, value and headers. */
    static long of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        long size = (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
        for (Header header : headers) {
            size += header.key().getBytes(StandardCharsets.UTF_8).length + OVERHEAD_PER_HEADER;
            size += header.value() == null ? 0 : header.value().length;
        }
        return size;
    }
}
