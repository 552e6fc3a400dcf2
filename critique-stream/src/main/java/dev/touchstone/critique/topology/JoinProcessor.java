package dev.touchstone.critique.topology;

import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.PreferencePair;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Stream thread only. Brings answers back to the records they are for: a pair with both sides and every completion go out; a
 * pair that loses a side is one dead letter. What goes out leaves by the {@link Outlets}.
 */
final class JoinProcessor implements Processor<String, Answer<OriginRef, CritiqueAnswer>, Void, Void> {
    private final TopologySettings settings;
    private final Formats formats;
    private final StreamObserver observer;

    private ProcessorContext<Void, Void> context;
    private OriginStores stores;
    private Outlets outlets;

    @SuppressWarnings("NullAway.Init") // init() is the second half of a processor's constructor
    JoinProcessor(TopologySettings settings, Formats formats, StreamObserver observer) {
        this.settings = settings;
        this.formats = formats;
        this.observer = observer;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        this.context = context;
        stores = new OriginStores(context, settings.idRetention());
        outlets = new Outlets(context, settings, formats, observer);
    }

    @Override
    public void process(Record<String, Answer<OriginRef, CritiqueAnswer>> record) {
        OriginRef ref = record.value().waiter();
        Outcome<CritiqueAnswer> outcome = record.value().outcome();
        Origin origin = stores.waiting(ref);
        if (origin == null) {
            observer.late();
        } else if (origin.kind() == Origin.Kind.PAIR) {
            pair(origin, ref.side(), outcome);
        } else {
            completion(origin, outcome);
        }
    }

    private void pair(Origin origin, OriginRef.Side side, Outcome<CritiqueAnswer> outcome) {
        if (outcome.status() != Outcome.Status.DONE) {
            outlets.deadLetter(origin, reason(outcome), reasonText(outcome), Math.max(1, outcome.attempts()));
            stores.done(origin, false);
            return;
        }
        CritiqueAnswer critique = Objects.requireNonNull(outcome.value());
        FirstSide first = stores.firstSide(origin);
        if (first == null || first.side() == side) {
            stores.keepFirst(origin, new FirstSide(side, critique));
            return;
        }
        boolean chosenLast = side == OriginRef.Side.CHOSEN;
        Decoded<PreferencePair> decoded = formats.pairs().decode(origin.topic(), origin.value());
        if (decoded instanceof Decoded.Valid<PreferencePair> valid) {
            stores.done(
                    origin,
                    outlets.critiquedPair(
                            origin,
                            valid.value(),
                            chosenLast ? critique : first.critique(),
                            chosenLast ? first.critique() : critique));
        } else if (decoded instanceof Decoded.Undecodable<PreferencePair> bad) {
            lost(origin, bad.reason());
        }
    }

    private void completion(Origin origin, Outcome<CritiqueAnswer> outcome) {
        Decoded<Completion> decoded = formats.completions().decode(origin.topic(), origin.value());
        if (decoded instanceof Decoded.Valid<Completion> valid) {
            stores.done(origin, send(origin, valid.value(), outcome));
        } else if (decoded instanceof Decoded.Undecodable<Completion> bad) {
            lost(origin, bad.reason());
        }
    }

    private boolean send(Origin origin, Completion completion, Outcome<CritiqueAnswer> outcome) {
        if (origin.lateAt(context.currentSystemTimeMs())) {
            return outlets.uncritiquedCompletion(
                    origin, completion, CritiqueStatus.TOO_LATE, "The deadline passed before a critique was there.");
        }
        CritiqueAnswer critique = outcome.value();
        return critique != null
                ? outlets.critiquedCompletion(origin, completion, critique)
                : outlets.uncritiquedCompletion(
                        origin, completion, Outlets.status(outcome.status()), reasonText(outcome));
    }

    /** It could be read when it came in: its schema has gone from the registry since. */
    private void lost(Origin origin, String detail) {
        outlets.deadLetter(origin, DeadLetterReason.UNDECODABLE, detail, 1);
        stores.done(origin, false);
    }

    private static String reasonText(Outcome<CritiqueAnswer> outcome) {
        return Objects.requireNonNullElse(outcome.reason(), "No reason is known.");
    }

    private static DeadLetterReason reason(Outcome<CritiqueAnswer> outcome) {
        return switch (outcome.status()) {
            case REFUSED -> DeadLetterReason.CRITIC_REFUSED;
            case EXHAUSTED -> DeadLetterReason.CRITIC_EXHAUSTED;
            case UNPARSABLE -> DeadLetterReason.CRITIC_UNPARSABLE;
            case DONE, UNAFFORDABLE ->
                throw new IllegalArgumentException(outcome.status() + " is no reason for a dead letter");
        };
    }
}
