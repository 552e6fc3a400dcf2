package dev.touchstone.critique.state;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record's header, kept in a store until something is made of the record.
 *
 * @param name its name
 * @param value its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a row of a store: never compared
public record SavedHeader(String name, byte @Nullable [] value) {
    /** All headers of a record, in order. */
    public static List<SavedHeader> of(Headers headers) {
        List<SavedHeader> saved = new ArrayList<>();
        for (Header header : headers) {
            saved.add(new SavedHeader(header.key(), header.value()));
        }
        return saved;
    }

    /** Headers as Kafka knows them. */
    public static Headers restore(List<SavedHeader> saved) {
        Headers headers = new RecordHeaders();
        saved.forEach(header -> headers.add(header.name(), header.value()));
        return headers;
    }
}
