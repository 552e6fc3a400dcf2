package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** How the task and its critics are put into words; every meaning has words of its own. */
final class Wording {
    private static final int CRITIQUE_WORDS = 9;

    private static final int TABLE = 1_000;
    private static final int PARAPHRASES = 3;
    private static final int NAMES = 2;
    private static final int NEUTRALS = 12;
    private static final int ASPECTS = 3;
    private static final int OF_ASPECT = NAMES + 2 * PARAPHRASES;

    private static final int KEYS = 0;
    private static final int FORM_KEYS = KEYS + TABLE;
    private static final int VALUES = FORM_KEYS + TABLE;
    private static final int FORMS = VALUES + LookupTask.VALUES;
    private static final int STYLES = FORMS + LookupTask.FORMS;
    private static final int BODY = STYLES + 2;
    private static final int NEUTRAL = BODY + LookupTask.BODY_WORDS;
    private static final int VERDICTS = NEUTRAL + NEUTRALS;
    private static final int OTHER_VERDICTS = VERDICTS + ASPECTS * OF_ASPECT;
    private static final List<String> WORDS = Words.of(OTHER_VERDICTS + ASPECTS * OF_ASPECT, 11);

    private Wording() {}

    /** Two words. */
    static String prompt(Prompt prompt) {
        return WORDS.get(KEYS + prompt.key()) + " " + WORDS.get(FORM_KEYS + prompt.form());
    }

    /** Value, form, manner, body. */
    static String completion(Completion completion) {
        return WORDS.get(VALUES + completion.value()) + " " + WORDS.get(FORMS + completion.form()) + " "
                + WORDS.get(STYLES + (completion.polite() ? 0 : 1)) + " "
                + completion.body().stream().map(word -> WORDS.get(BODY + word)).collect(Collectors.joining(" "));
    }

    /** Three aspects in any order, each a name, a verdict and a word that means nothing. */
    static String critique(Critic.Verdicts verdicts, Random random) {
        return critique(verdicts, random, false);
    }

    /** The same, on request with other words for names and verdicts. */
    static String critique(Critic.Verdicts verdicts, Random random, boolean otherWords) {
        boolean[] found = {verdicts.correct(), verdicts.inForm(), verdicts.polite()};
        List<String> sentences = new ArrayList<>();
        for (int aspect = 0; aspect < ASPECTS; aspect++) {
            int begin = (otherWords ? OTHER_VERDICTS : VERDICTS) + aspect * OF_ASPECT;
            sentences.add(WORDS.get(begin + random.nextInt(NAMES)) + " "
                    + WORDS.get(begin + NAMES + (found[aspect] ? 0 : PARAPHRASES) + random.nextInt(PARAPHRASES)) + " "
                    + WORDS.get(NEUTRAL + random.nextInt(NEUTRALS)));
        }
        Collections.shuffle(sentences, random);
        return String.join(" ", sentences);
    }

    /** As many words that say nothing. */
    static String filler(Random random) {
        return random.ints(CRITIQUE_WORDS, 0, NEUTRALS)
                .mapToObj(word -> WORDS.get(NEUTRAL + word))
                .collect(Collectors.joining(" "));
    }

    /** Every word that a task of these sizes uses, each at the beginning of a text and behind a blank. */
    static List<String> corpus(TaskSettings settings) {
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < WORDS.size(); i++) {
            boolean used = i < FORM_KEYS ? i < settings.keys() : i >= VALUES || i - FORM_KEYS < settings.forms();
            if (used) {
                corpus.add(WORDS.get(i) + " " + WORDS.get(i));
                corpus.add(WORDS.get(i) + " " + WORDS.get(i));
            }
        }
        return corpus;
    }
}
