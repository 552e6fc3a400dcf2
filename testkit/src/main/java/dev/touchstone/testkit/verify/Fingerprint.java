package dev.touchstone.testkit.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The first 128 bits of a SHA-256: what is kept of a payload. Equal for equal values, however their bytes were written.
 *
 * @param high the first 64 bits
 * @param low the next 64 bits
 */
record Fingerprint(long high, long low) {

    /** Of values in order: null, bytes, text, numbers, booleans, and collections, maps and Avro records of these. */
    static Fingerprint of(@Nullable Object... values) {
        MessageDigest digest = sha256();
        for (Object value : values) {
            add(digest, value);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new Fingerprint(hash.getLong(), hash.getLong());
    }

    /** Each value goes in with a letter for its kind and with its length: no two lists of values look the same. */
    private static void add(MessageDigest digest, @Nullable Object value) {
        if (value == null) {
            tag(digest, 'n', 0);
        } else if (value instanceof byte[] bytes) {
            tag(digest, 'b', bytes.length);
            digest.update(bytes);
        } else if (value instanceof ByteBuffer buffer) {
            tag(digest, 'b', buffer.remaining());
            digest.update(buffer.duplicate());
        } else if (value instanceof GenericRecord record) {
            tag(digest, 'r', record.getSchema().getFields().size());
            for (Schema.Field field : record.getSchema().getFields()) {
                add(digest, record.get(field.pos()));
            }
        } else if (value instanceof Collection<?> items) {
            tag(digest, 'c', items.size());
            items.forEach(item -> add(digest, item));
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
            tag(digest, 'm', sorted.size());
            sorted.forEach((key, item) -> {
                add(digest, key);
                add(digest, item);
            });
        } else {
            // Texts, enum symbols, numbers and booleans: Java writes each number in one way.
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            tag(digest, value instanceof Number ? '#' : 't', text.length);
            digest.update(text);
        }
    }

    private static void tag(MessageDigest digest, char kind, int length) {
        digest.update(ByteBuffer.allocate(5).put((byte) kind).putInt(length).array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
