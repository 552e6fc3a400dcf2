package dev.touchstone.schemas.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class TracingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.of(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build());

    @Test
    void shouldMakeOneTraceWhenARecordGoesFromServiceToService() {
        Headers headers = new RecordHeaders();
        headers.add("mine", new byte[] {1});
        tracing.sending("rm.completions", headers).end();
        Span critique = tracing.handling("critique", "rm.completions", 2, 7, headers, NOW);
        tracing.inject(critique, headers);
        critique.end();
        Span score = tracing.handling("score", "rm.critiqued-completions", 1, 9, headers, NOW);
        tracing.inject(score, headers);
        score.end();

        List<SpanData> made = spans.getFinishedSpanItems();
        assertThat(made).extracting(SpanData::getName).containsExactly("send rm.completions", "critique", "score");
        assertThat(made)
                .extracting(SpanData::getTraceId)
                .containsOnly(made.get(0).getTraceId());
        assertThat(made.get(0).getParentSpanContext().isValid()).isFalse();
        assertThat(made.get(1).getParentSpanId()).isEqualTo(made.get(0).getSpanId());
        assertThat(made.get(2).getParentSpanId()).isEqualTo(made.get(1).getSpanId());
        assertThat(made.get(1).getAttributes().asMap().toString())
                .contains("messaging.destination.partition.id=2")
                .contains("messaging.kafka.offset=7");
        assertThat(traceparents(headers))
                .singleElement()
                .isEqualTo("00-" + made.get(0).getTraceId() + "-" + made.get(2).getSpanId() + "-01");
        assertThat(headers.lastHeader("mine")).isNotNull();
    }

    @Test
    void shouldLinkToTheRecordsWhenTheyAreWorkedOnTogether() {
        Headers one = new RecordHeaders();
        Span sent = tracing.sending("rm.pairs", one);
        SpanContext none = tracing.origin(new RecordHeaders());
        tracing.together("train", List.of(tracing.origin(one), none), NOW).end();
        sent.end();

        assertThat(none.isValid()).isFalse();
        assertThat(spans.getFinishedSpanItems().get(0).getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(sent.getSpanContext().getSpanId());
    }

    @Test
    void shouldTouchNoHeaderWhenItIsOff() {
        Headers headers = new RecordHeaders();
        headers.add("traceparent", "00-abc".getBytes(StandardCharsets.UTF_8));
        Span span = Tracing.OFF.sending("rm.pairs", headers);
        Tracing.OFF.inject(span, headers);
        assertThat(span).isSameAs(Span.getInvalid());
        assertThat(Tracing.OFF.handling("critique", "rm.pairs", 0, 0, headers, NOW))
                .isSameAs(Span.getInvalid());
        assertThat(traceparents(headers)).containsExactly("00-abc");
    }

    @Test
    void shouldSaySoWhenTheModeIsNone() {
        assertThat(Tracing.start(null, "scorer")).isSameAs(Tracing.OFF);
        assertThat(Tracing.start("off", "scorer")).isSameAs(Tracing.OFF);
        assertThatThrownBy(() -> Tracing.start("jaeger", "scorer"))
                .isInstanceOf(UserError.class)
                .hasMessage("touchstone.tracing is 'jaeger': use off or otlp.");
        try (Tracing on = Tracing.start("otlp", "scorer")) {
            assertThat(on.sending("rm.pairs", new RecordHeaders())
                            .getSpanContext()
                            .isValid())
                    .isTrue();
        }
    }

    private static List<String> traceparents(Headers headers) {
        return StreamSupport.stream(headers.headers("traceparent").spliterator(), false)
                .map(header -> new String(header.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
