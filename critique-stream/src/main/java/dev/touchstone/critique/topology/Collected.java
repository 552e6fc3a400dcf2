package dev.touchstone.critique.topology;

import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.topology.OriginRef.Side;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Immutable. How the requests of one record that have ended did so; row of the store of the same name.
 *
 * @param ended in the order of sides and samples
 */
record Collected(List<Ended> ended) {
    static final Collected NOTHING = new Collected(List.of());

    /**
     * One request that ended.
     *
     * @param side which text it was about
     * @param sample number of the sample, from 0
     * @param outcome how it ended
     */
    record Ended(Side side, int sample, Outcome<CritiqueAnswer> outcome) {
        private boolean isAbout(Side which) {
            return side == which;
        }

        private boolean hasCritique() {
            return outcome.status() == Outcome.Status.DONE;
        }
    }

    /** With one more; the same side and sample again takes the place of what was known. */
    Collected with(Ended one) {
        Stream<Ended> others = ended.stream().filter(it -> it.side() != one.side() || it.sample() != one.sample());
        return new Collected(Stream.concat(others, Stream.of(one))
                .sorted(Comparator.comparing(Ended::side).thenComparingInt(Ended::sample))
                .toList());
    }

    /** Whether all samples of a side have ended. */
    boolean isComplete(Side side, int samples) {
        return ended.stream().filter(it -> it.isAbout(side)).count() >= samples;
    }

    /** The requests about a side that brought a critique, by sample number. */
    List<Ended> critiques(Side side) {
        return ended.stream().filter(it -> it.isAbout(side) && it.hasCritique()).toList();
    }

    /** How the first sample of a side failed, if all have ended and none brought a critique. */
    Optional<Outcome<CritiqueAnswer>> loss(Side side, int samples) {
        return isComplete(side, samples) && critiques(side).isEmpty()
                ? ended.stream().filter(it -> it.isAbout(side)).findFirst().map(Ended::outcome)
                : Optional.empty();
    }
}
