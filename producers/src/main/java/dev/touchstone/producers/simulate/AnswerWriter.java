package dev.touchstone.producers.simulate;

import dev.touchstone.producers.task.Manner;
import dev.touchstone.producers.task.Requirement;
import dev.touchstone.producers.task.Requirement.Arithmetic;
import dev.touchstone.producers.task.Requirement.AtLeastWords;
import dev.touchstone.producers.task.Requirement.AtMostWords;
import dev.touchstone.producers.task.Requirement.DashList;
import dev.touchstone.producers.task.Requirement.EndWithQuestion;
import dev.touchstone.producers.task.Requirement.EndWithWord;
import dev.touchstone.producers.task.Requirement.IncludeWord;
import dev.touchstone.producers.task.Requirement.LowerCase;
import dev.touchstone.producers.task.Requirement.Tone;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes answers that try to meet each requirement with some probability and otherwise try to miss it. What is tried and what
 * comes out may differ, as with a real policy: only {@link Requirement#met} decides.
 */
final class AnswerWriter {
    /** Longest answer, characters. */
    static final int MAX_CHARACTERS = 250;

    private static final int MOST_FILLERS = 3;
    private static final double AGAINST = 0.7;
    private static final double FIRST = 0.7;
    private static final double OPENER = 0.4;
    private static final double CLOSER = 0.5;
    private static final double OTHER_NOUN = 0.6;
    private static final double QUESTION = 0.3;

    private final Task task;
    private final Dice dice;
    private final Set<Requirement> tried = new LinkedHashSet<>();

    /** @param skill probability that a requirement is tried for */
    AnswerWriter(Task task, Dice dice, double skill) {
        this.task = task;
        this.dice = dice;
        for (Requirement requirement : task.requirements()) {
            if (dice.chance(skill)) {
                tried.add(requirement);
            }
        }
    }

    /** One answer; another call may give another one. */
    String write() {
        List<String> first = new ArrayList<>();
        List<String> middle = new ArrayList<>();
        List<String> last = new ArrayList<>();
        for (Requirement requirement : task.requirements()) {
            boolean meet = tried.contains(requirement);
            if (requirement instanceof Arithmetic sum) {
                middle.add(answer(sum, meet));
            } else if (requirement instanceof Tone tone && (meet || dice.chance(AGAINST))) {
                (dice.chance(FIRST) ? first : middle).add(toned(tone.manner(), meet));
            } else if (requirement instanceof IncludeWord include && (meet || dice.chance(OTHER_NOUN))) {
                String noun = meet ? include.word() : otherThan(include.word(), Lexicon.NOUNS);
                middle.add(dice.pick(Lexicon.NOUN_SENTENCES).formatted(noun));
            } else if (requirement instanceof EndWithWord end && meet) {
                last.add(dice.pick(Lexicon.LAST_WORD_SENTENCES).formatted(end.word()));
            } else if (requirement instanceof EndWithQuestion && meet) {
                last.add(dice.pick(Lexicon.QUESTIONS));
            }
        }
        if (first.isEmpty() && dice.chance(OPENER)) {
            first.add(dice.pick(Lexicon.PLAIN_OPENERS));
        }
        if (last.isEmpty() && dice.chance(CLOSER)) {
            last.add(closer());
        }
        return laidOut(fitted(first, dice.shuffled(middle), last));
    }

    private String answer(Arithmetic sum, boolean right) {
        int slip = dice.pick(List.of(-10, -3, -2, -1, 1, 2, 3, 10));
        int stated = right ? sum.result() : Math.abs(sum.result() + slip);
        return dice.pick(Lexicon.ANSWERS).formatted(sum.left(), sum.operator().word(), sum.right(), stated);
    }

    private String toned(Manner manner, boolean meet) {
        Map<Manner, List<String>> sentences = meet ? Lexicon.WITH_TONE : Lexicon.AGAINST_TONE;
        return dice.pick(Objects.requireNonNull(sentences.get(manner)));
    }

    /** A last sentence where nothing is asked of it, or where what is asked is missed. */
    private String closer() {
        boolean questionAsked = task.requirements().contains(new EndWithQuestion());
        return !questionAsked && dice.chance(QUESTION) ? dice.pick(Lexicon.QUESTIONS) : dice.pick(Lexicon.CLOSERS);
    }

    /** Puts fillers in, as many as the length asks for. */
    private List<String> fitted(List<String> first, List<String> middle, List<String> last) {
        List<String> fillers = dice.shuffled(Lexicon.FILLERS);
        int wanted = dice.between(0, MOST_FILLERS);
        List<String> sentences = joined(first, middle, List.of(), last);
        for (int n = 1; n < fillers.size(); n++) {
            List<String> longer = joined(first, middle, fillers.subList(0, n), last);
            if (!wantsMore(n - 1, wanted, sentences, longer) || laidOut(longer).length() > MAX_CHARACTERS) {
                break;
            }
            sentences = longer;
        }
        return sentences;
    }

    private boolean wantsMore(int fillers, int wanted, List<String> now, List<String> longer) {
        for (Requirement requirement : task.requirements()) {
            boolean meet = tried.contains(requirement);
            if (requirement instanceof AtMostWords most) {
                return meet ? most.met(text(longer)) && fillers < wanted : most.met(text(now));
            } else if (requirement instanceof AtLeastWords least) {
                return meet ? !least.met(text(now)) : !least.met(text(longer)) && fillers < wanted;
            }
        }
        return fillers < wanted;
    }

    private static String text(List<String> sentences) {
        return String.join(" ", sentences);
    }

    private List<String> joined(List<String> first, List<String> middle, List<String> fillers, List<String> last) {
        List<String> all = new ArrayList<>(first);
        for (int i = 0; i < Math.max(middle.size(), fillers.size()); i++) {
            all.addAll(i < middle.size() ? List.of(middle.get(i)) : List.of());
            all.addAll(i < fillers.size() ? List.of(fillers.get(i)) : List.of());
        }
        all.addAll(last);
        return all;
    }

    private String laidOut(List<String> sentences) {
        boolean list = tried.contains(new DashList());
        String text = list
                ? sentences.stream().map(sentence -> "- " + sentence).collect(Collectors.joining("\n"))
                : text(sentences);
        return tried.contains(new LowerCase()) ? text.toLowerCase(Locale.ROOT) : text;
    }

    private String otherThan(String word, List<String> words) {
        String other = dice.pick(words);
        return other.equals(word) ? otherThan(word, words) : other;
    }
}
