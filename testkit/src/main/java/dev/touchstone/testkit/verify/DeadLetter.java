package dev.touchstone.testkit.verify;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a dead letter.
 *
 * @param source where the record it is from lies
 * @param reason why it is dead
 * @param bytes of its key and value
 * @param headers those that the record came with
 */
record DeadLetter(Position source, String reason, Fingerprint bytes, Fingerprint headers) {
    private static final String OURS = "dead-letter-";

    /** Empty if a header is missing or is not what it should be. */
    static Optional<DeadLetter> of(ConsumerRecord<byte[], byte[]> record) {
        String reason = text(record.headers(), OURS + "reason");
        String topic = text(record.headers(), OURS + "topic");
        long partition = number(record.headers(), OURS + "partition");
        long offset = number(record.headers(), OURS + "offset");
        long attempts = number(record.headers(), OURS + "attempts");
        if (reason == null
                || reason.isBlank()
                || topic == null
                || partition < 0
                || partition > Integer.MAX_VALUE
                || offset < 0
                || attempts < 1) {
            return Optional.empty();
        }
        return Optional.of(new DeadLetter(
                new Position(topic, (int) partition, offset), reason, bytes(record), headers(record.headers())));
    }

    /** Of the key and value of any record. */
    static Fingerprint bytes(ConsumerRecord<byte[], byte[]> record) {
        return Fingerprint.of(record.key(), record.value());
    }

    /** Of a record's own headers, in order. */
    static Fingerprint headers(Headers headers) {
        List<@Nullable Object> own = new ArrayList<>();
        for (Header header : headers) {
            if (!header.key().startsWith(OURS)) {
                own.add(header.key());
                own.add(header.value());
            }
        }
        return Fingerprint.of(own);
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(header.value()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** -1 where it is missing or is no number. */
    private static long number(Headers headers, String name) {
        String text = text(headers, name);
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }
}
