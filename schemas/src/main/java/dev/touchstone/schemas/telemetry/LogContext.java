package dev.touchstone.schemas.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Confined to one thread. What a log line is about, as keys of the MDC for as long as it is open: the position of a record,
 * its id, a model's version. Never a text.
 */
public final class LogContext implements AutoCloseable {
    /** Key: id of a pair. */
    public static final String PAIR_ID = "pairId";
    /** Key: id of a completion. */
    public static final String COMPLETION_ID = "completionId";
    /** Key: version of a model. */
    public static final String MODEL_VERSION = "modelVersion";
    /** Key: topic of a record. */
    public static final String TOPIC = "topic";
    /** Key: partition of a record. */
    public static final String PARTITION = "partition";
    /** Key: offset of a record. */
    public static final String OFFSET = "offset";
    /** Key: trace that a record belongs to. */
    public static final String TRACE_ID = "traceId";

    private final Deque<MDC.MDCCloseable> open = new ArrayDeque<>();

    private LogContext() {}

    /** Nothing yet. */
    public static LogContext open() {
        return new LogContext();
    }

    /** The record at a position. */
    public static LogContext of(String topic, int partition, long offset) {
        return open().with(TOPIC, topic)
                .with(PARTITION, Integer.toString(partition))
                .with(OFFSET, Long.toString(offset));
    }

    /** The same with one key more; without it if there is no value. */
    public LogContext with(String key, @Nullable String value) {
        if (value != null) {
            open.push(MDC.putCloseable(key, value));
        }
        return this;
    }

    /** The same with the trace's id, if there is a trace. */
    public LogContext with(SpanContext span) {
        return span.isValid() ? with(TRACE_ID, span.getTraceId()) : this;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
