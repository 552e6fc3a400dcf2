package dev.touchstone.schemas.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;

/** CloudEvents 1.0 attributes as headers in binary mode of its Kafka binding: the value stays plain Avro. */
public final class EventHeaders {
    /** W3C trace context; copied along by every service. */
    public static final String TRACEPARENT = "traceparent";

    private EventHeaders() {}

    /**
     * Sets the attributes, replacing those of the record that this one is made from.
     *
     * @param id unique within the source
     * @param source the service, such as {@code /touchstone/scorer}
     * @param type what happened, such as {@code dev.touchstone.reward}
     * @param time when it happened
     */
    public static void set(Headers headers, String id, String source, String type, Instant time) {
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", id);
        put(headers, "ce_source", source);
        put(headers, "ce_type", type);
        put(headers, "ce_time", time.toString());
        put(headers, "content-type", "application/avro");
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
