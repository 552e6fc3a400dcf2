package dev.touchstone.schemas.telemetry;

import dev.touchstone.schemas.UserError;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. Spans of what is done to records, and their way from service to service: a record's header {@code traceparent}
 * (W3C trace context) names the span that it comes from. Off by default, and then nothing is made, read or written: a
 * {@code traceparent} that a record came with rides along as every other header.
 *
 * <p>Spans tell positions, ids and versions, never a text.
 */
public final class Tracing implements AutoCloseable {
    /** Span attribute: id of a completion. */
    public static final String COMPLETION_ID = "touchstone.completion.id";
    /** Span attribute: id of a pair. */
    public static final String PAIR_ID = "touchstone.pair.id";
    /** Span attribute: version of a model. */
    public static final String MODEL_VERSION = "touchstone.model.version";

    /** Makes no spans and costs nothing. */
    public static final Tracing OFF = new Tracing(null, null);

    private static final String SCOPE = "dev.touchstone";
    private static final long FLUSH_SECONDS = 10;
    private static final TextMapGetter<Headers> GETTER = new HeaderGetter();
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private final @Nullable Tracer tracer;
    private final @Nullable OpenTelemetrySdk sdk;

    private Tracing(@Nullable Tracer tracer, @Nullable OpenTelemetrySdk sdk) {
        this.tracer = tracer;
        this.sdk = sdk;
    }

    /** Spans go where this sends them; whoever made it closes it. */
    public static Tracing of(OpenTelemetry telemetry) {
        return new Tracing(telemetry.getTracer(SCOPE), null);
    }

    /**
     * As the setting {@code touchstone.tracing} says. With {@code otlp} spans are exported over OTLP/HTTP; where to, which
     * share, and the rest is said by OpenTelemetry's own {@code OTEL_*} variables.
     *
     * @param mode {@code off} or {@code otlp}; null is {@code off}
     * @param service name of the service, unless {@code OTEL_SERVICE_NAME} says another
     * @throws UserError if the mode is neither, or a variable {@code OTEL_*} cannot be used
     */
    public static Tracing start(@Nullable String mode, String service) {
        if (mode == null || mode.isBlank() || mode.equals("off")) {
            return OFF;
        }
        if (!mode.equals("otlp")) {
            throw new UserError("touchstone.tracing is '" + mode + "': use off or otlp.");
        }
        try {
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> Map.of(
                            "otel.service.name", service,
                            "otel.traces.exporter", "otlp",
                            "otel.exporter.otlp.protocol", "http/protobuf",
                            "otel.metrics.exporter", "none",
                            "otel.logs.exporter", "none"))
                    .setServiceClassLoader(Tracing.class.getClassLoader())
                    .disableShutdownHook()
                    .build()
                    .getOpenTelemetrySdk();
            return new Tracing(sdk.getTracer(SCOPE), sdk);
        } catch (ConfigurationException e) {
            throw new UserError("Traces cannot be exported: " + e.getMessage() + " Mend the OTEL_ variables.", e);
        }
    }

    /**
     * A record is about to be sent: begins its span and names it in the headers. End it when the record is acknowledged.
     *
     * @param topic where it goes
     */
    public Span sending(String topic, Headers headers) {
        if (tracer == null) {
            return Span.getInvalid();
        }
        Span span = tracer.spanBuilder("send " + topic)
                .setSpanKind(SpanKind.PRODUCER)
                .setParent(contextOf(headers))
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "send")
                .setAttribute("messaging.destination.name", topic)
                .startSpan();
        inject(span, headers);
        return span;
    }

    /**
     * A record was worked on: a span in its trace, or in a new one if it brought none. End it when that is done.
     *
     * @param name what is done, as a verb
     * @param headers those that the record came with
     * @param begun when the work began
     */
    public Span handling(String name, String topic, int partition, long offset, Headers headers, Instant begun) {
        if (tracer == null) {
            return Span.getInvalid();
        }
        return tracer.spanBuilder(name)
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(contextOf(headers))
                .setStartTimestamp(begun)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.destination.name", topic)
                .setAttribute("messaging.destination.partition.id", Integer.toString(partition))
                .setAttribute("messaging.kafka.offset", offset)
                .startSpan();
    }

    /**
     * Work on many records at once: a span of its own trace that links to theirs.
     *
     * @param origins what {@link #origin} said of the records; those that brought no trace are passed over
     */
    public Span together(String name, Collection<SpanContext> origins, Instant begun) {
        if (tracer == null) {
            return Span.getInvalid();
        }
        SpanBuilder span = tracer.spanBuilder(name).setNoParent().setStartTimestamp(begun);
        origins.stream().filter(SpanContext::isValid).forEach(span::addLink);
        return span.startSpan();
    }

    /** The span that a record comes from; invalid if its headers name none, or if tracing is off. */
    public SpanContext origin(Headers headers) {
        return tracer == null
                ? SpanContext.getInvalid()
                : Span.fromContext(contextOf(headers)).getSpanContext();
    }

    /** Names a span in the headers of a record that comes from it, in the place of the one before. */
    public void inject(Span span, Headers headers) {
        if (tracer != null && span.getSpanContext().isValid()) {
            W3C.inject(Context.root().with(span), headers, Tracing::put);
        }
    }

    /** Sends what is waiting, and waits for it, at most ten seconds. */
    public void flush() {
        if (sdk != null) {
            sdk.getSdkTracerProvider().forceFlush().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Flushes, and makes no more spans. */
    @Override
    public void close() {
        if (sdk != null) {
            sdk.getSdkTracerProvider().shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Context contextOf(Headers headers) {
        return W3C.extract(Context.root(), headers, GETTER);
    }

    private static void put(@Nullable Headers headers, String name, String value) {
        if (headers != null) {
            headers.remove(name);
            headers.add(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static final class HeaderGetter implements TextMapGetter<Headers> {
        @Override
        public Iterable<String> keys(Headers headers) {
            return StreamSupport.stream(headers.spliterator(), false)
                    .map(Header::key)
                    .toList();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            Header header = headers == null ? null : headers.lastHeader(name);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    }
}
