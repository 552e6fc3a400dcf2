package dev.touchstone.critique.topology;

import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.SavedHeader;
import dev.touchstone.critique.state.Valve;
import dev.touchstone.critique.topology.Origin.Kind;
import dev.touchstone.critique.topology.OriginRef.Side;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Stream thread only. Takes in pairs and completions: what cannot be read, is too large or breaks a rule is a dead letter,
 * what was seen before is dropped, and the rest is kept and asks for critiques of each text. Also watches the deadlines.
 */
final class IntakeProcessor implements Processor<byte[], byte[], String, Ask<CritiqueRequest, OriginRef>> {
    private static final Duration DEADLINE_TICK = Duration.ofMillis(200);
    private static final Duration THROTTLE_TICK = Duration.ofMillis(100);

    private final TopologySettings settings;
    private final CriticIdentity critic;
    private final Formats formats;
    private final StreamObserver observer;
    private final Valve valve;
    private final String requests;

    private ProcessorContext<String, Ask<CritiqueRequest, OriginRef>> context;
    private OriginStores stores;
    private Outlets outlets;
    private @Nullable Cancellable deadlineTicker;
    private @Nullable Cancellable throttleTicker;
    /** What is not let in for now. */
    private final EnumSet<Kind> shut = EnumSet.noneOf(Kind.class);

    /** @param requests name of the child node to which requests go */
    @SuppressWarnings("NullAway.Init") // init() is the second half of a processor's constructor
    IntakeProcessor(
            TopologySettings settings,
            CriticIdentity critic,
            Formats formats,
            StreamObserver observer,
            Valve valve,
            String requests) {
        this.settings = settings;
        this.critic = critic;
        this.formats = formats;
        this.observer = observer;
        this.valve = valve;
        this.requests = requests;
    }

    @Override
    public void init(ProcessorContext<String, Ask<CritiqueRequest, OriginRef>> context) {
        this.context = context;
        stores = new OriginStores(context, settings.idRetention());
        outlets = new Outlets(context, settings, formats, observer);
        if (stores.hasDeadlines()) {
            watchDeadlines();
        }
        throttle();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata source = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("A record of a topic has a position"));
        boolean isPair = source.topic().equals(settings.topics().pairs().name());
        Origin raw = new Origin(
                isPair ? Kind.PAIR : Kind.COMPLETION,
                "",
                source.topic(),
                source.partition(),
                source.offset(),
                record.key(),
                record.value(),
                SavedHeader.of(record.headers()),
                context.currentSystemTimeMs(),
                null,
                settings.samples());
        long size = Sizes.of(record.key(), record.value(), record.headers());
        if (size > settings.inputMaxBytes()) {
            refuse(
                    raw,
                    DeadLetterReason.OVERSIZED,
                    "The record has " + size + " bytes, and " + settings.inputMaxBytes() + " are allowed.");
        } else if (isPair) {
            pair(raw, record);
        } else {
            completion(raw, record);
        }
        throttle();
    }

    /**
     * Back-pressure stands here, at the mouth: what is let in lies in the stores until it is done. Pairs and completions have
     * a mouth each, since pairs may wait for the next day's money and completions must not wait behind them.
     */
    private void throttle() {
        for (Kind kind : Kind.values()) {
            if (stores.waiting(kind) > settings.maxWaiting() && shut.add(kind)) {
                valve.set(input(kind), true);
            }
        }
        if (throttleTicker == null && !shut.isEmpty()) {
            throttleTicker = context.schedule(THROTTLE_TICK, PunctuationType.WALL_CLOCK_TIME, this::unthrottle);
        }
    }

    private void unthrottle(long now) {
        for (Kind kind : EnumSet.copyOf(shut)) {
            if (stores.waiting(kind) <= settings.maxWaiting()) {
                open(kind);
            }
        }
        if (throttleTicker != null && shut.isEmpty()) {
            throttleTicker.cancel();
            throttleTicker = null;
        }
    }

    private void open(Kind kind) {
        valve.set(input(kind), false);
        shut.remove(kind);
    }

    private TopicPartition input(Kind kind) {
        String topic = kind == Kind.PAIR
                ? settings.topics().pairs().name()
                : settings.topics().completions().name();
        return new TopicPartition(topic, context.taskId().partition());
    }

    @Override
    public void close() {
        EnumSet.copyOf(shut).forEach(this::open);
    }

    private void pair(Origin raw, Record<byte[], byte[]> record) {
        Decoded<PreferencePair> decoded = formats.pairs().decode(raw.topic(), raw.value());
        if (decoded instanceof Decoded.Undecodable<PreferencePair> bad) {
            refuse(raw, DeadLetterReason.UNDECODABLE, bad.reason());
        } else if (decoded instanceof Decoded.Valid<PreferencePair> valid) {
            PreferencePair pair = valid.value();
            Origin origin = identified(raw, pair.getPairId().toString(), null);
            if (admit(origin, RecordRules.problemOf(pair), Contents.hash(pair))) {
                request(origin, Side.CHOSEN, pair.getPrompt(), pair.getChosen(), record);
                request(origin, Side.REJECTED, pair.getPrompt(), pair.getRejected(), record);
            }
        }
    }

    private void completion(Origin raw, Record<byte[], byte[]> record) {
        Decoded<Completion> decoded = formats.completions().decode(raw.topic(), raw.value());
        if (decoded instanceof Decoded.Undecodable<Completion> bad) {
            refuse(raw, DeadLetterReason.UNDECODABLE, bad.reason());
        } else if (decoded instanceof Decoded.Valid<Completion> valid) {
            Completion completion = valid.value();
            Origin origin = identified(raw, completion.getCompletionId().toString(), completion.getDeadline());
            if (admit(origin, RecordRules.problemOf(completion), Contents.hash(completion))) {
                if (origin.lateAt(context.currentSystemTimeMs())) {
                    tooLate(origin, completion);
                } else {
                    request(origin, Side.ONLY, completion.getPrompt(), completion.getCompletion(), record);
                }
            }
        }
    }

    private static Origin identified(Origin raw, String id, @Nullable Instant deadline) {
        return new Origin(
                raw.kind(),
                id,
                raw.topic(),
                raw.partition(),
                raw.offset(),
                raw.key(),
                raw.value(),
                raw.headers(),
                raw.seenAt(),
                deadline == null ? null : deadline.toEpochMilli(),
                raw.samples());
    }

    /** Whether a decoded record is new and obeys the rules; if so it is kept. */
    private boolean admit(Origin origin, Optional<String> problem, String contentHash) {
        if (problem.isPresent()) {
            refuse(origin, DeadLetterReason.INVALID, problem.get());
            return false;
        }
        String before = stores.seen(origin.storeKey(), origin.seenAt());
        if (before == null) {
            stores.keep(origin, contentHash);
            if (origin.deadline() != null) {
                watchDeadlines();
            }
            return true;
        }
        if (before.equals(contentHash)) {
            observer.duplicate();
        } else {
            refuse(
                    origin,
                    DeadLetterReason.ID_CONFLICT,
                    "The id was seen before with other content: give the record an id of its own.");
        }
        return false;
    }

    private void refuse(Origin origin, DeadLetterReason reason, String detail) {
        outlets.deadLetter(origin, reason, detail, 1);
    }

    private void request(
            Origin origin, Side side, List<Message> prompt, String completion, Record<byte[], byte[]> record) {
        CritiqueRequest request = Contents.request(prompt, completion, critic);
        for (int sample = 0; sample < origin.samples(); sample++) {
            OriginRef ref = OriginRef.of(origin, side, sample, context.taskId().partition());
            // The record's own timestamp, so that answers are taken up before newer input.
            context.forward(
                    new Record<>(
                            Contents.hash(prompt, completion, critic, sample),
                            new Ask<>(request, ref, ref.waiterId(), side == Side.ONLY),
                            record.timestamp(),
                            trace(record.headers())),
                    requests);
        }
    }

    /** The origin keeps all headers; the request carries the trace alone. */
    private static Headers trace(Headers headers) {
        Headers trace = new RecordHeaders();
        Header parent = headers.lastHeader(EventHeaders.TRACEPARENT);
        if (parent != null) {
            trace.add(parent);
        }
        return trace;
    }

    private void watchDeadlines() {
        if (deadlineTicker == null) {
            deadlineTicker = context.schedule(DEADLINE_TICK, PunctuationType.WALL_CLOCK_TIME, this::deadlines);
        }
    }

    private void deadlines(long now) {
        for (Origin origin : stores.late(context.currentSystemTimeMs())) {
            Decoded<Completion> decoded = formats.completions().decode(origin.topic(), origin.value());
            if (decoded instanceof Decoded.Valid<Completion> valid) {
                tooLate(origin, valid.value());
            } else if (decoded instanceof Decoded.Undecodable<Completion> bad) {
                refuse(origin, DeadLetterReason.UNDECODABLE, bad.reason());
                stores.done(origin, false);
            }
        }
        if (deadlineTicker != null && !stores.hasDeadlines()) {
            deadlineTicker.cancel();
            deadlineTicker = null;
        }
    }

    private void tooLate(Origin origin, Completion completion) {
        stores.done(origin, outlets.overdueCompletion(origin, completion, stores.collected(origin)));
    }
}
