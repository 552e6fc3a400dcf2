package dev.touchstone.trainer.measure;

import dev.touchstone.trainer.measure.PrequentialFigures.Span;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. Test, then train: what a model did on pairs before it learnt from them (prequential evaluation, Dawid, JRSS A
 * 147, 1984). All of it follows from the pairs in their order and is part of the model's state, so a restart changes no figure.
 */
public final class Prequential {
    private final Arm all;
    private final Arm withCritique;
    private final Arm withoutCritique;
    private final Breakdown sources;
    private final Breakdown critics;
    private final DriftAlarm drift = new DriftAlarm();

    /** @param windowPairs pairs in a window, at least 1; each kind of pair has a window of its own */
    public Prequential(int windowPairs) {
        all = new Arm(windowPairs);
        withCritique = new Arm(windowPairs);
        withoutCritique = new Arm(windowPairs);
        sources = new Breakdown(windowPairs);
        critics = new Breakdown(windowPairs);
    }

    /**
     * Takes a pair as the step showed it. One whose logits are not finite is left out: such a step changes nothing and is
     * counted as skipped.
     *
     * @param bare the same pair, its critiques withheld; null where it was not shown so
     * @param source where the pair comes from; empty where it does not say
     * @param critic who wrote its critiques; null where it has none
     */
    public void test(ScoredPair pair, @Nullable ScoredPair bare, String source, @Nullable String critic) {
        if (!Double.isFinite(pair.lead())) {
            return;
        }
        all.add(pair);
        sources.add(source, pair.lead());
        drift.add(pair.correct());
        if (critic != null) {
            critics.add(critic, pair.lead());
            withCritique.add(pair);
            if (bare != null && Double.isFinite(bare.lead())) {
                withoutCritique.add(bare);
            }
        }
    }

    /** Figures as they stand. */
    public PrequentialFigures figures() {
        return new PrequentialFigures(
                new Span(
                        all.window(),
                        withCritique.window(),
                        withoutCritique.window(),
                        sources.window(),
                        critics.window()),
                new Span(all.total(), withCritique.total(), withoutCritique.total(), sources.total(), critics.total()),
                drift.figures());
    }

    /** Writes the whole state in a form that depends on it alone. */
    public void writeTo(DataOutput out) throws IOException {
        all.writeTo(out);
        withCritique.writeTo(out);
        withoutCritique.writeTo(out);
        sources.writeTo(out);
        critics.writeTo(out);
        drift.writeTo(out);
    }

    /**
     * Takes over what {@link #writeTo} wrote for the same window.
     *
     * @throws IOException if it is damaged
     */
    public void readFrom(DataInput in) throws IOException {
        all.readFrom(in);
        withCritique.readFrom(in);
        withoutCritique.readFrom(in);
        sources.readFrom(in);
        critics.readFrom(in);
        drift.readFrom(in);
    }
}
