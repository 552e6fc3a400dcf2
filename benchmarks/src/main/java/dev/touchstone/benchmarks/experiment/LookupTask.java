package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Immutable. A task that a model without critiques can learn, given enough pairs. A prompt names a key and a form's key; two
 * fixed tables, the same for every seed, say which value and which form a completion must have. Utility:
 * 3 if the value is right, 2 for the form, 1 for politeness, and 0.5 for every word of the body that is liked, less 0.5 for every one that is
 * disliked. A critic sees the first three and not the last, so a critique is never the whole truth.
 */
final class LookupTask {
    /** What the right value, the right form and politeness are worth. */
    static final double CORRECT = 3;

    static final double IN_FORM = 2;
    static final double POLITE = 1;

    static final int VALUES = 12;
    static final int FORMS = 6;
    static final int BODY_WORDS = 24;
    /** Completions that the best one of four has beside it. */
    static final int RIVALS = 3;

    private static final int TASTES = 5;
    private static final long TABLES = 7;
    /** Pairs whose utilities are nearer than this are nobody's preference. */
    static final double TIE = 0.25;
    /** Of eight keys one is never trained with; of eight combinations of key and form, too. */
    private static final int HELD_OUT = 8;

    private final TaskSettings settings;
    private final int[] valueOf;
    private final int[] formOf;
    private final Set<Integer> liked;
    private final Set<Integer> disliked;

    /** Which pairs are drawn. */
    enum Slice {
        /** As in training. */
        ID,
        /** The chosen side is shorter and rude, the rejected one is polite. */
        HARD,
        /** Keys and forms that were trained with, never together. */
        OOD_OPERANDS,
        /** Keys that were never trained with: only a critic can know their values. */
        OOD_FAMILY
    }

    LookupTask(TaskSettings settings) {
        this.settings = settings;
        Random tables = new Random(TABLES);
        valueOf = tables.ints(settings.keys(), 0, VALUES).toArray();
        formOf = tables.ints(settings.forms(), 0, FORMS).toArray();
        List<Integer> words = new ArrayList<>();
        for (int i = 0; i < BODY_WORDS; i++) {
            words.add(i);
        }
        Collections.shuffle(words, tables);
        liked = Set.copyOf(words.subList(0, TASTES));
        disliked = Set.copyOf(words.subList(TASTES, 2 * TASTES));
    }

    TaskSettings settings() {
        return settings;
    }

    /** What a completion is worth; length is no part of it. */
    double utility(Completion completion) {
        return (completion.correct() ? CORRECT : 0)
                + (completion.inForm() ? IN_FORM : 0)
                + (completion.polite() ? POLITE : 0)
                + taste(completion);
    }

    /** The part that no critic sees. */
    double taste(Completion completion) {
        double sum = 0;
        for (int word : completion.body()) {
            sum += liked.contains(word) ? 0.5 : disliked.contains(word) ? -0.5 : 0;
        }
        return sum;
    }

    /**
     * Pairs for training: some labels are wrong.
     *
     * @param random where they come from
     */
    List<Pair> training(int number, Random random) {
        return pairs(number, Slice.ID, settings.flips(), random);
    }

    /** Pairs for a test: every label is right. */
    List<Pair> test(int number, Slice slice, Random random) {
        return pairs(number, slice, 0, random);
    }

    /**
     * The best of four completions of one prompt beside each of the others: three pairs that follow each other have the same chosen
     * side. There is no cue in the lengths, and no label is wrong; a guess is right in a quarter.
     *
     * @param number of prompts
     */
    List<Pair> bestOfFour(int number, Random random) {
        List<Pair> pairs = new ArrayList<>(number * RIVALS);
        while (pairs.size() < number * RIVALS) {
            Prompt prompt = prompt(Slice.ID, random);
            List<Completion> completions = new ArrayList<>();
            for (int i = 0; i <= RIVALS; i++) {
                completions.add(completion(prompt, length(random.nextBoolean(), random), random));
            }
            completions.sort(Comparator.comparingDouble(this::utility).reversed());
            Completion best = completions.remove(0);
            if (utility(best) - utility(completions.get(0)) < TIE) {
                continue;
            }
            Collections.shuffle(completions, random);
            completions.forEach(other -> pairs.add(new Pair(pairs.size(), prompt, best, other, false)));
        }
        return List.copyOf(pairs);
    }

    private Prompt prompt(Slice slice, Random random) {
        while (true) {
            Prompt prompt = new Prompt(random.nextInt(settings.keys()), random.nextInt(settings.forms()));
            boolean family = prompt.key() % HELD_OUT == HELD_OUT - 1;
            boolean operands = !family && (prompt.key() + prompt.form()) % HELD_OUT == 0;
            boolean wanted = switch (slice) {
                case ID, HARD -> !family && !operands;
                case OOD_OPERANDS -> operands;
                case OOD_FAMILY -> family;
            };
            if (wanted) {
                return prompt;
            }
        }
    }

    private List<Pair> pairs(int number, Slice slice, double flips, Random random) {
        List<Pair> pairs = new ArrayList<>(number);
        while (pairs.size() < number) {
            Prompt prompt = prompt(slice, random);
            boolean firstShorter = random.nextBoolean();
            Completion first = completion(prompt, length(firstShorter, random), random);
            Completion second = completion(prompt, length(!firstShorter, random), random);
            double difference = utility(first) - utility(second);
            if (Math.abs(difference) < TIE) {
                continue;
            }
            Completion better = difference > 0 ? first : second;
            Completion worse = difference > 0 ? second : first;
            if (isWanted(better, worse, slice, random)) {
                boolean flipped = random.nextDouble() < flips;
                pairs.add(
                        flipped
                                ? new Pair(pairs.size(), prompt, worse, better, true)
                                : new Pair(pairs.size(), prompt, better, worse, false));
            }
        }
        return List.copyOf(pairs);
    }

    private boolean isWanted(Completion better, Completion worse, Slice slice, Random random) {
        int longer = better.body().size() - worse.body().size();
        if (slice == Slice.HARD) {
            return longer < 0 && !better.polite() && worse.polite();
        }
        return longer >= 0 || random.nextDouble() < (1 - settings.longer()) / settings.longer();
    }

    private static int length(boolean shorter, Random random) {
        return (shorter ? 3 : 6) + random.nextInt(5);
    }

    private Completion completion(Prompt prompt, int length, Random random) {
        boolean correct = random.nextBoolean();
        boolean inForm = random.nextBoolean();
        int value = valueOf[prompt.key()];
        int form = formOf[prompt.form()];
        List<Integer> body = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            body.add(random.nextInt(BODY_WORDS));
        }
        return new Completion(
                correct,
                inForm,
                random.nextBoolean(),
                correct ? value : other(value, VALUES, random),
                inForm ? form : other(form, FORMS, random),
                body);
    }

    private static int other(int than, int of, Random random) {
        int drawn = random.nextInt(of - 1);
        return drawn < than ? drawn : drawn + 1;
    }
}
