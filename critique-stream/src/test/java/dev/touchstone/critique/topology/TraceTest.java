package dev.touchstone.critique.topology;

import static dev.touchstone.critique.topology.StreamBed.completion;
import static dev.touchstone.critique.topology.StreamBed.pair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.PreferencePair;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The trace of a record through the stream. What it is when it is off: the header rides along, {@link CritiqueTopologyTest}. */
class TraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SENT = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + SENT + "-01";
    private static final TopicCatalogue TOPICS = new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final StreamBed stream = new StreamBed(Tracing.of(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build()));

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void shouldGoOnWithTheTraceWhenARecordGoesOut() {
        PreferencePair pair = pair("q").build();
        String id = pair.getPairId().toString();
        stream.send(TOPICS.pairs().name(), id.getBytes(StandardCharsets.UTF_8), stream.bytes(pair), TRACEPARENT);
        stream.critique("good q");
        stream.critique("bad q");

        SpanData span = spans.getFinishedSpanItems().get(0);
        assertThat(spans.getFinishedSpanItems()).hasSize(1);
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo(SENT);
        assertThat(span.getEndEpochNanos()).isGreaterThan(span.getStartEpochNanos());
        assertThat(span.getAttributes().get(AttributeKey.stringKey(Tracing.PAIR_ID)))
                .isEqualTo(id);
        assertThat(span.getAttributes().get(AttributeKey.stringKey("messaging.destination.name")))
                .isEqualTo(TOPICS.pairs().name());
        assertThat(span.getAttributes().asMap().toString())
                .doesNotContain("good q")
                .doesNotContain("bad q");
        assertThat(stream.rawPairsOut())
                .singleElement()
                .satisfies(record -> assertThat(traceparent(record.headers()))
                        .isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01"));
    }

    @Test
    void shouldEndTheTraceWithAnErrorWhenARecordDies() {
        PreferencePair pair = pair("q").build();
        stream.send(TOPICS.pairs().name(), new byte[] {1}, stream.bytes(pair), TRACEPARENT);
        stream.answer("good q", new CallResult.Permanent<>("The critic answered HTTP 400.", false, Spend.NONE));

        assertThat(spans.getFinishedSpanItems()).singleElement().satisfies(span -> {
            assertThat(span.getTraceId()).isEqualTo(TRACE);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStatus().getDescription()).isEqualTo("CRITIC_REFUSED");
        });
        assertThat(stream.deadLetters())
                .singleElement()
                .satisfies(record -> assertThat(traceparent(record.headers())).isEqualTo(TRACEPARENT));
    }

    @Test
    void shouldBeginATraceWhenARecordBroughtNone() {
        stream.send(completion("q").build());
        stream.critique("answer to q");

        assertThat(spans.getFinishedSpanItems()).singleElement().satisfies(span -> {
            assertThat(span.getParentSpanContext().isValid()).isFalse();
            assertThat(span.getAttributes().get(AttributeKey.stringKey(Tracing.COMPLETION_ID)))
                    .isEqualTo(completion("q").build().getCompletionId().toString());
        });
    }

    private static String traceparent(Headers headers) {
        return new String(headers.lastHeader("traceparent").value(), StandardCharsets.UTF_8);
    }
}
