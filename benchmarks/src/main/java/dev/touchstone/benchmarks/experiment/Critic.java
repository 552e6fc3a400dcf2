package dev.touchstone.benchmarks.experiment;

import java.util.Random;

/**
 * Immutable. A critic that sees one completion, never the label or the other side: three aspects in any order, each a
 * name, a verdict that is wrong with a chance, and a word that means nothing.
 *
 * @param error chance that the verdict on an aspect is wrong, 0 to 0.5
 * @param seed of its errors and its wording
 * @param otherWords whether it says the same in words that no other critic uses
 */
record Critic(double error, long seed, boolean otherWords) {
    /** In the words that all use. */
    Critic(double error, long seed) {
        this(error, seed, false);
    }

    /** What it says of the three aspects: whether the value is right, the form is right, the manner is polite. */
    record Verdicts(boolean correct, boolean inForm, boolean polite) {}

    /** What it finds about a completion; always the same of the same one. */
    Verdicts verdicts(Pair pair, boolean chosen) {
        Completion completion = chosen ? pair.chosen() : pair.rejected();
        return verdicts(completion, random(pair, chosen));
    }

    /** The same in words. */
    String critique(Pair pair, boolean chosen) {
        Random random = random(pair, chosen);
        Verdicts verdicts = verdicts(chosen ? pair.chosen() : pair.rejected(), random);
        return Wording.critique(verdicts, random, otherWords);
    }

    private Verdicts verdicts(Completion completion, Random random) {
        return new Verdicts(
                completion.correct() ^ errs(random),
                completion.inForm() ^ errs(random),
                completion.polite() ^ errs(random));
    }

    private boolean errs(Random random) {
        return random.nextDouble() < error;
    }

    /** Of its own for each completion; a flipped label changes nothing, since the critic knows no label. */
    private Random random(Pair pair, boolean chosen) {
        boolean better = chosen ^ pair.flipped();
        return Seeds.random(seed, pair.number(), better ? 1 : 0);
    }
}
