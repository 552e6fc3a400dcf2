package dev.touchstone.scorer.stream;

import static dev.touchstone.scorer.scoring.VersionUnavailableException.Because.NOT_LOADED;

import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.telemetry.LogContext;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Confined to the thread of a {@link RewardLoop}. Has critiqued completions scored, each by the version that it asks for, and
 * makes the records that answer them: exactly one for each.
 */
final class Answering {
    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);
    /** How old a completion must be before the version that it wants is missing for good: news of a version may come after it. */
    private static final Duration NEWS = Duration.ofSeconds(10);

    /** How long one loads. */
    private static final Duration LOADING = Duration.ofMinutes(2);

    private final RecordDecoder<CritiquedCompletion> decoder;
    private final RewardRecords records;
    private final ScoringEngine engine;
    private final VersionSource versions;
    private final Clock clock;
    private final Tracing tracing;

    Answering(
            KafkaSettings settings, TopicCatalogue topics, ScoringEngine engine, VersionSource versions, Clock clock) {
        decoder = settings.decoder(CritiquedCompletion.class);
        records = new RewardRecords(settings, topics);
        this.engine = engine;
        this.versions = versions;
        this.clock = clock;
        tracing = settings.tracing();
    }

    /** What goes out for what one poll brought. */
    record Answers(List<ProducerRecord<byte[], byte[]>> records, List<Outcome> outcomes, int undecodable) {}

    /** A record on its way: what was read, and either what is known without the model or what the model is to be asked. */
    private sealed interface Step {
        record Undecodable(ConsumerRecord<byte[], byte[]> origin, String reason) implements Step {}

        record Invalid(ConsumerRecord<byte[], byte[]> origin, CritiquedCompletion value, String reason)
                implements Step {}

        record Scorable(ConsumerRecord<byte[], byte[]> origin, CritiquedCompletion value, Candidate candidate)
                implements Step {}
    }

    /**
     * Answers what one poll brought.
     *
     * @throws VersionUnavailableException if a version that is asked for may be there in a moment
     */
    Answers answer(ConsumerRecords<byte[], byte[]> polled) throws InterruptedException {
        Instant begun = clock.instant();
        List<Step> steps = new ArrayList<>();
        polled.forEach(record -> steps.add(step(record)));
        Map<Step, Scored> scored = score(steps.stream()
                .filter(Step.Scorable.class::isInstance)
                .map(Step.Scorable.class::cast)
                .toList());
        Instant now = clock.instant();
        List<ProducerRecord<byte[], byte[]>> outputs = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Scorable scorable) {
                Scored result = Objects.requireNonNull(scored.get(step));
                outcomes.add(result.outcome());
                outputs.add(reward(scorable.origin(), scorable.value(), result, begun, now));
            } else if (step instanceof Step.Invalid invalid) {
                Outcome outcome = Outcome.unscored(RewardStatus.INVALID, invalid.reason());
                outcomes.add(outcome);
                outputs.add(reward(invalid.origin(), invalid.value(), new Scored(null, outcome), begun, now));
            } else if (step instanceof Step.Undecodable undecodable) {
                ConsumerRecord<byte[], byte[]> origin = undecodable.origin();
                span(origin, begun)
                        .setStatus(StatusCode.ERROR, DeadLetterReason.UNDECODABLE.name())
                        .end(now);
                try (LogContext about = LogContext.of(origin.topic(), origin.partition(), origin.offset())) {
                    LOG.warn("A record goes to the dead letters: {}", DeadLetterReason.UNDECODABLE);
                }
                outputs.add(records.deadLetter(origin, undecodable.reason(), now));
            }
        }
        return new Answers(outputs, outcomes, outputs.size() - outcomes.size());
    }

    /** How a text ended, and by which version; by none where the one that was asked for cannot be had. */
    private record Scored(@Nullable ModelInfo model, Outcome outcome) {}

    private ProducerRecord<byte[], byte[]> reward(
            ConsumerRecord<byte[], byte[]> origin,
            CritiquedCompletion value,
            Scored scored,
            Instant begun,
            Instant now) {
        ModelInfo model = scored.model();
        ProducerRecord<byte[], byte[]> record = records.reward(origin, value, model, scored.outcome(), now);
        Span span = span(origin, begun);
        if (span.isRecording()) {
            span.setAttribute(
                    Tracing.COMPLETION_ID,
                    value.getCompletion().getCompletionId().toString());
            if (model != null) {
                span.setAttribute(Tracing.MODEL_VERSION, model.versionId());
            }
        }
        tracing.inject(span, record.headers());
        span.end(now);
        if (LOG.isDebugEnabled()) {
            try (LogContext about = LogContext.of(origin.topic(), origin.partition(), origin.offset())
                    .with(
                            LogContext.COMPLETION_ID,
                            value.getCompletion().getCompletionId().toString())
                    .with(LogContext.MODEL_VERSION, model == null ? null : model.versionId())
                    .with(span.getSpanContext())) {
                LOG.debug("A reward is made: {}", scored.outcome().status());
            }
        }
        return record;
    }

    private Span span(ConsumerRecord<byte[], byte[]> origin, Instant begun) {
        return tracing.handling("score", origin.topic(), origin.partition(), origin.offset(), origin.headers(), begun);
    }

    /** One batch for each version that is asked for: usually one in all. */
    private Map<Step, Scored> score(List<Step.Scorable> texts) throws InterruptedException {
        Map<Optional<String>, List<Step.Scorable>> byVersion = texts.stream()
                .collect(Collectors.groupingBy(
                        text -> Optional.ofNullable(text.value().getCompletion().getModelVersion())));
        Map<Step, Scored> scored = new IdentityHashMap<>();
        for (Map.Entry<Optional<String>, List<Step.Scorable>> wanted : byVersion.entrySet()) {
            List<Step.Scorable> group = wanted.getValue();
            try {
                ScoredBatch batch = score(wanted.getKey().orElse(null), group);
                for (int i = 0; i < group.size(); i++) {
                    scored.put(
                            group.get(i),
                            new Scored(batch.model(), batch.outcomes().get(i)));
                }
            } catch (VersionUnavailableException e) {
                Instant settled = clock.instant().minus(NEWS);
                if (e.because() == NOT_LOADED
                        || group.stream().anyMatch(text -> text.origin().timestamp() > settled.toEpochMilli())) {
                    throw e;
                }
                // Never another version's number: whoever names a version relies on it.
                Outcome missing = Outcome.unscored(RewardStatus.FAILED, String.valueOf(e.getMessage()));
                group.forEach(text -> scored.put(text, new Scored(null, missing)));
            }
        }
        return scored;
    }

    private ScoredBatch score(@Nullable String wanted, List<Step.Scorable> texts) throws InterruptedException {
        VersionKey version = null;
        if (wanted != null) {
            version = versions.resolve(wanted);
            versions.require(version, LOADING);
        }
        try {
            return engine.score(
                            version,
                            texts.stream().map(Step.Scorable::candidate).toList())
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof VersionUnavailableException gone) {
                throw new VersionUnavailableException(gone.because(), String.valueOf(gone.getMessage()));
            }
            throw e;
        }
    }

    private Step step(ConsumerRecord<byte[], byte[]> record) {
        Decoded<CritiquedCompletion> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Undecodable<CritiquedCompletion> undecodable) {
            return new Step.Undecodable(record, undecodable.reason());
        }
        CritiquedCompletion value = ((Decoded.Valid<CritiquedCompletion>) decoded).value();
        Optional<String> problem = RecordRules.problemOf(value.getCompletion());
        return problem.isPresent()
                ? new Step.Invalid(record, value, problem.get())
                : new Step.Scorable(record, value, RewardRecords.candidate(value));
    }
}
