package dev.touchstone.benchmarks.experiment.owndata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What critics that are made here say. */
final class Phrases {
    // In each place the same number of words, so that length says nothing of the verdict.
    private static final List<String> GOOD = List.of(
            "The final answer is correct.",
            "I checked the result and it holds.",
            "The answer follows from the steps and is right.",
            "No mistake was found in what it arrives at.",
            "It gives what was asked for.");
    private static final List<String> BAD = List.of(
            "The final answer is wrong.",
            "I checked the result and it fails.",
            "The answer departs from the facts and is off.",
            "A mistake was found in what it arrives at.",
            "It misses what was asked for.");
    private static final List<String> NEUTRAL = List.of(
            "The text has several sentences.",
            "It was read from beginning to end.",
            "The layout is plain.",
            "It names what it talks about.",
            "The wording is everyday English.");

    private Phrases() {}

    /** A verdict and a sentence that says nothing, in any order. */
    static String verdict(boolean good, Random random) {
        List<String> sentences = new ArrayList<>(List.of(pick(good ? GOOD : BAD, random), pick(NEUTRAL, random)));
        Collections.shuffle(sentences, random);
        return String.join(" ", sentences);
    }

    /** Sentences that say nothing, cut to so many words. */
    static String filler(int words, Random random) {
        List<String> filler = new ArrayList<>();
        while (filler.size() < words) {
            filler.addAll(List.of(pick(NEUTRAL, random).split(" ")));
        }
        return String.join(" ", filler.subList(0, words));
    }

    /** Everything that can be said, so that a tokenizer knows it. */
    static List<String> all() {
        List<String> all = new ArrayList<>(GOOD);
        all.addAll(BAD);
        all.addAll(NEUTRAL);
        return all;
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
