package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.kafka.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. Dead letters by reason, and the newest of them; the bytes themselves are not looked at. */
final class DeadLetterPanel {
    private static final int ROWS = 20;
    private static final int REASONS = 32;
    private static final int SHOWN = 300;

    private final Map<String, Long> reasons = new TreeMap<>();
    private final Deque<Row> newest = new ArrayDeque<>();
    private @Nullable View view;

    /** One dead letter, by its headers. */
    record Row(String at, String reason, String detail, String service, String origin, String attempts) {}

    /**
     * What is shown.
     *
     * @param reasons how many there are by reason
     * @param newest newest first
     */
    record View(Map<String, Long> reasons, List<Row> newest) {}

    void add(ConsumerRecord<byte[], byte[]> record) {
        String reason = header(record, DeadLetters.REASON);
        reasons.merge(reasons.size() < REASONS || reasons.containsKey(reason) ? reason : "other", 1L, Long::sum);
        newest.addFirst(new Row(
                header(record, DeadLetters.AT),
                reason,
                header(record, DeadLetters.DETAIL),
                header(record, DeadLetters.SERVICE),
                header(record, DeadLetters.TOPIC) + " " + header(record, DeadLetters.PARTITION) + ":"
                        + header(record, DeadLetters.OFFSET),
                header(record, DeadLetters.ATTEMPTS)));
        if (newest.size() > ROWS) {
            newest.removeLast();
        }
        view = null;
    }

    /** Where the record was, if its headers tell. */
    static Optional<DeadLetters.Origin> origin(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(new DeadLetters.Origin(
                    header(record, DeadLetters.TOPIC),
                    Integer.parseInt(header(record, DeadLetters.PARTITION)),
                    Long.parseLong(header(record, DeadLetters.OFFSET))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    View view() {
        View shown = view;
        if (shown == null) {
            shown = new View(new TreeMap<>(reasons), List.copyOf(newest));
            view = shown;
        }
        return shown;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? "?"
                : Texts.shortened(new String(header.value(), StandardCharsets.UTF_8), SHOWN);
    }
}
