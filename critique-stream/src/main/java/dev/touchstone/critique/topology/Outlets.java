package dev.touchstone.critique.topology;

import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.state.SavedHeader;
import dev.touchstone.critique.topology.Collected.Ended;
import dev.touchstone.critique.topology.OriginRef.Side;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.telemetry.LogContext;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Verdict;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stream thread only. Where records leave the topology: the sinks that intake and join share, in bytes. */
final class Outlets {
    private static final Logger LOG = LoggerFactory.getLogger(Outlets.class);

    static final String CRITIQUED_PAIRS = "critiqued-pairs";
    static final String CRITIQUED_COMPLETIONS = "critiqued-completions";
    static final String DEAD_LETTERS = "dead-letters";

    private static final String SERVICE = "critique-stream";
    /** Kafka's own bytes around a record and its batch. */
    private static final int OVERHEAD_BYTES = 512;

    private final ProcessorContext<Object, Object> context;
    private final TopologySettings settings;
    private final Formats formats;
    private final StreamObserver observer;

    /** @param context of a processor that is a parent of the sinks; its type parameters are those of its main way out */
    @SuppressWarnings("unchecked")
    Outlets(ProcessorContext<?, ?> context, TopologySettings settings, Formats formats, StreamObserver observer) {
        this.context = (ProcessorContext<Object, Object>) context;
        this.settings = settings;
        this.formats = formats;
        this.observer = observer;
    }

    /** What cannot be processed, with its original bytes. */
    void deadLetter(Origin origin, DeadLetterReason reason, String detail, int attempts) {
        long now = context.currentSystemTimeMs();
        Headers headers = DeadLetters.headers(
                SavedHeader.restore(origin.headers()),
                origin.position(),
                SERVICE,
                reason,
                detail,
                attempts,
                Instant.ofEpochMilli(now));
        Span span = span(origin);
        span.setStatus(StatusCode.ERROR, reason.name()).end(now, TimeUnit.MILLISECONDS);
        try (LogContext about = about(origin, span)) {
            LOG.warn("A record goes to the dead letters: {}", reason);
        }
        observer.deadLetter(reason);
        context.forward(new Record<Object, Object>(origin.key(), origin.value(), now, headers), DEAD_LETTERS);
    }

    /** @return whether it was sent; if not, it became a dead letter */
    boolean critiquedPair(Origin origin, PreferencePair pair, Collected collected) {
        CritiquedPair value = CritiquedPair.newBuilder()
                .setPair(pair)
                .setChosenCritiques(avro(collected.critiques(Side.CHOSEN)))
                .setRejectedCritiques(avro(collected.critiques(Side.REJECTED)))
                .build();
        return send(origin, value, settings.topics().critiquedPairs().name(), CRITIQUED_PAIRS, "critiqued-pair");
    }

    /** @return whether it was sent; if not, it became a dead letter */
    boolean critiquedCompletion(Origin origin, Completion completion, Collected collected) {
        return completion(origin, completion, avro(collected.critiques(Side.ONLY)), CritiqueStatus.CRITIQUED, null);
    }

    /**
     * A completion whose deadline has passed, with the critiques that were in time.
     *
     * @return whether it was sent; if not, it became a dead letter
     */
    boolean overdueCompletion(Origin origin, Completion completion, Collected inTime) {
        return inTime.critiques(Side.ONLY).isEmpty()
                ? uncritiquedCompletion(
                        origin, completion, CritiqueStatus.TOO_LATE, "The deadline passed before a critique was there.")
                : critiquedCompletion(origin, completion, inTime);
    }

    /** @return whether it was sent; if not, it became a dead letter */
    boolean uncritiquedCompletion(Origin origin, Completion completion, CritiqueStatus status, String reason) {
        return completion(origin, completion, List.of(), status, reason);
    }

    private boolean completion(
            Origin origin,
            Completion completion,
            List<Critique> critiques,
            CritiqueStatus status,
            @Nullable String reason) {
        CritiquedCompletion value = CritiquedCompletion.newBuilder()
                .setCompletion(completion)
                .setCritiques(critiques)
                .setCritiqueStatus(status)
                .setCritiqueReason(reason)
                .build();
        return send(
                origin,
                value,
                settings.topics().critiquedCompletions().name(),
                CRITIQUED_COMPLETIONS,
                "critiqued-completion");
    }

    /** Measures before it forwards: a record that the broker refuses would abort the transaction, again and again. */
    private boolean send(Origin origin, SpecificRecord value, String topic, String sink, String type) {
        Instant now = Instant.ofEpochMilli(context.currentSystemTimeMs());
        byte[] key = origin.id().getBytes(StandardCharsets.UTF_8);
        byte[] bytes = formats.values().serialize(topic, value);
        Headers headers = SavedHeader.restore(origin.headers());
        for (SavedHeader header : origin.headers()) {
            if (header.name().startsWith("ce_")) {
                headers.remove(header.name());
            }
        }
        EventHeaders.set(headers, origin.id(), "/touchstone/" + SERVICE, "dev.touchstone." + type, now);
        Span span = span(origin);
        formats.tracing().inject(span, headers);
        long size = Sizes.of(key, bytes, headers) + OVERHEAD_BYTES;
        if (size > settings.outputMaxBytes()) {
            String detail = "With its critiques the record has " + size + " bytes, and " + topic + " takes "
                    + settings.outputMaxBytes() + ".";
            // Its own span says so; the one above is dropped, since it does not end.
            deadLetter(origin, DeadLetterReason.OVERSIZED, detail, 1);
            return false;
        }
        context.forward(new Record<Object, Object>(key, bytes, now.toEpochMilli(), headers), sink);
        span.end(now);
        if (LOG.isDebugEnabled()) {
            try (LogContext about = about(origin, span)) {
                LOG.debug("A record goes to {}", topic);
            }
        }
        observer.sent(origin.kind(), Duration.between(Instant.ofEpochMilli(origin.seenAt()), now));
        return true;
    }

    /** From coming in to going out: waiting for critiques is most of it. */
    private Span span(Origin origin) {
        Tracing tracing = formats.tracing();
        if (tracing == Tracing.OFF) {
            return Span.getInvalid();
        }
        Span span = tracing.handling(
                "critique",
                origin.topic(),
                origin.partition(),
                origin.offset(),
                SavedHeader.restore(origin.headers()),
                Instant.ofEpochMilli(origin.seenAt()));
        return origin.id().isEmpty()
                ? span
                : span.setAttribute(
                        origin.kind() == Origin.Kind.PAIR ? Tracing.PAIR_ID : Tracing.COMPLETION_ID, origin.id());
    }

    private static LogContext about(Origin origin, Span span) {
        String key = origin.kind() == Origin.Kind.PAIR ? LogContext.PAIR_ID : LogContext.COMPLETION_ID;
        return LogContext.of(origin.topic(), origin.partition(), origin.offset())
                .with(key, origin.id().isEmpty() ? null : origin.id())
                .with(span.getSpanContext());
    }

    /** How a completion says that its critique failed. */
    static CritiqueStatus status(Outcome.Status status) {
        return switch (status) {
            case DONE -> CritiqueStatus.CRITIQUED;
            case REFUSED -> CritiqueStatus.REFUSED;
            case EXHAUSTED -> CritiqueStatus.EXHAUSTED;
            case UNPARSABLE -> CritiqueStatus.UNPARSABLE;
            case UNAFFORDABLE -> CritiqueStatus.OVER_BUDGET;
        };
    }

    private static List<Critique> avro(List<Ended> critiques) {
        return critiques.stream().map(Outlets::avro).toList();
    }

    private static Critique avro(Ended ended) {
        CritiqueAnswer answer = Objects.requireNonNull(ended.outcome().value());
        return Critique.newBuilder()
                .setText(answer.text())
                .setVerdicts(answer.verdicts().stream()
                        .map(v -> new AspectVerdict(
                                v.aspect(), Verdict.valueOf(v.opinion().name())))
                        .toList())
                .setCriticModel(answer.identity().model())
                .setPromptVersion(answer.identity().promptVersion())
                .setParameters(Map.copyOf(answer.identity().parameters()))
                .setSample(ended.sample())
                .setCreatedAt(Instant.ofEpochMilli(answer.createdAt()))
                .setPromptTokens(answer.promptTokens())
                .setCompletionTokens(answer.completionTokens())
                .setCost(answer.cost())
                .build();
    }
}
