package dev.touchstone.schemas.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** How a dead letter looks: the original key and value bytes, and headers that say where it is from and why it is dead. */
public final class DeadLetters {
    /** A {@link DeadLetterReason}. */
    public static final String REASON = "dead-letter-reason";
    /** One sentence; never a text of a user. */
    public static final String DETAIL = "dead-letter-detail";
    /** How often it was tried, as a decimal number. */
    public static final String ATTEMPTS = "dead-letter-attempts";
    /** The service that gave up. */
    public static final String SERVICE = "dead-letter-service";
    /** Topic it is from. */
    public static final String TOPIC = "dead-letter-topic";
    /** Partition it is from. */
    public static final String PARTITION = "dead-letter-partition";
    /** Offset it is from. */
    public static final String OFFSET = "dead-letter-offset";
    /** When it was given up, ISO 8601. */
    public static final String AT = "dead-letter-at";

    private DeadLetters() {}

    /**
     * Where a record is from.
     *
     * @param topic its topic
     * @param partition its partition
     * @param offset its offset
     */
    public record Origin(String topic, int partition, long offset) {}

    /**
     * The headers of a dead letter: those that the record came with, and ours.
     *
     * @param original headers of the record, kept
     * @param attempts how often it was tried, at least 1
     */
    public static Headers headers(
            Headers original,
            Origin origin,
            String service,
            DeadLetterReason reason,
            String detail,
            int attempts,
            Instant at) {
        Headers headers = new RecordHeaders(original.toArray());
        put(headers, REASON, reason.name());
        put(headers, DETAIL, detail);
        put(headers, ATTEMPTS, Integer.toString(attempts));
        put(headers, SERVICE, service);
        put(headers, TOPIC, origin.topic());
        put(headers, PARTITION, Integer.toString(origin.partition()));
        put(headers, OFFSET, Long.toString(origin.offset()));
        put(headers, AT, at.toString());
        return headers;
    }

    /** A dead letter, ready to be sent by a producer of bytes. */
    public static ProducerRecord<byte[], byte[]> record(
            String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return new ProducerRecord<>(topic, null, key, value, headers);
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
