package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Made-up words that no text of people holds: every model begins without knowing them. */
final class Words {
    private static final String CONSONANTS = "bdfgklmnprstvz";
    private static final String VOWELS = "aeiou";

    private Words() {}

    /** So many different words of two syllables, always the same for the same seed; at most 4,900. */
    static List<String> of(int number, long seed) {
        List<String> all = new ArrayList<>();
        for (String first : syllables()) {
            for (String second : syllables()) {
                all.add(first + second);
            }
        }
        Collections.shuffle(all, new Random(seed));
        return List.copyOf(all.subList(0, number));
    }

    private static List<String> syllables() {
        List<String> syllables = new ArrayList<>();
        for (char consonant : CONSONANTS.toCharArray()) {
            for (char vowel : VOWELS.toCharArray()) {
                syllables.add("" + consonant + vowel);
            }
        }
        return syllables;
    }
}
