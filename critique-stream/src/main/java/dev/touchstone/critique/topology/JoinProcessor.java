package dev.touchstone.critique.topology;

import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.topology.Collected.Ended;
import dev.touchstone.critique.topology.OriginRef.Side;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Stream thread only. Brings answers back to the records they are for. A text is done when all its samples have ended, and
 * has critiques if one of them has. A pair with both sides and every completion go out; a pair that loses a side is one dead
 * letter. What goes out leaves by the {@link Outlets}.
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
            return;
        }
        Collected before = stores.collected(origin);
        Collected collected = before.with(new Ended(ref.side(), ref.sample(), outcome));
        if (origin.kind() == Origin.Kind.PAIR) {
            pair(origin, ref.side(), collected);
        } else if (origin.lateAt(context.currentSystemTimeMs())) {
            completion(origin, completion -> outlets.overdueCompletion(origin, completion, before));
        } else if (collected.isComplete(Side.ONLY, origin.samples())) {
            completion(origin, completion -> send(origin, completion, collected));
        } else {
            stores.keep(origin, collected);
        }
    }

    private void pair(Origin origin, Side side, Collected collected) {
        Optional<Outcome<CritiqueAnswer>> loss = collected.loss(side, origin.samples());
        if (loss.isPresent()) {
            Outcome<CritiqueAnswer> outcome = loss.get();
            outlets.deadLetter(origin, reason(outcome), reasonText(outcome), Math.max(1, outcome.attempts()));
            stores.done(origin, false);
        } else if (collected.isComplete(Side.CHOSEN, origin.samples())
                && collected.isComplete(Side.REJECTED, origin.samples())) {
            Decoded<PreferencePair> decoded = formats.pairs().decode(origin.topic(), origin.value());
            if (decoded instanceof Decoded.Valid<PreferencePair> valid) {
                stores.done(origin, outlets.critiquedPair(origin, valid.value(), collected));
            } else if (decoded instanceof Decoded.Undecodable<PreferencePair> bad) {
                lost(origin, bad.reason());
            }
        } else {
            stores.keep(origin, collected);
        }
    }

    /** @param send sends it, and says whether it was sent */
    private void completion(Origin origin, Predicate<Completion> send) {
        Decoded<Completion> decoded = formats.completions().decode(origin.topic(), origin.value());
        if (decoded instanceof Decoded.Valid<Completion> valid) {
            stores.done(origin, send.test(valid.value()));
        } else if (decoded instanceof Decoded.Undecodable<Completion> bad) {
            lost(origin, bad.reason());
        }
    }

    private boolean send(Origin origin, Completion completion, Collected collected) {
        return collected
                .loss(Side.ONLY, origin.samples())
                .map(outcome -> outlets.uncritiquedCompletion(
                        origin, completion, Outlets.status(outcome.status()), reasonText(outcome)))
                .orElseGet(() -> outlets.critiquedCompletion(origin, completion, collected));
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
