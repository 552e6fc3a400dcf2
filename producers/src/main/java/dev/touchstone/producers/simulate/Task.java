package dev.touchstone.producers.simulate;

import dev.touchstone.producers.task.Manner;
import dev.touchstone.producers.task.Operator;
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
import dev.touchstone.producers.task.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A prompt and what it asks for: one calculation and one to three requirements of different kinds.
 *
 * @param prompt the text, at most 200 characters
 * @param requirements in the order in which the prompt states them
 */
record Task(String prompt, List<Requirement> requirements) {
    private static final double WITH_TONE = 0.7;
    private static final double TWO_INSTRUCTIONS = 0.5;

    static Task draw(Dice dice) {
        List<Requirement> drawn = new ArrayList<>();
        drawn.add(arithmetic(dice));
        if (dice.chance(WITH_TONE)) {
            drawn.add(new Tone(dice.pick(List.of(Manner.values()))));
        }
        int instructions = dice.chance(TWO_INSTRUCTIONS) ? 2 : 1;
        drawn.addAll(dice.shuffled(List.of(word(dice), length(dice), ending(dice), form(dice)))
                .subList(0, instructions));
        List<Requirement> ordered = dice.shuffled(drawn);
        String sentences = ordered.stream()
                .map(requirement -> Wording.write(requirement, dice.between(0, 9_999)))
                .collect(Collectors.joining(" "));
        return new Task((dice.pick(Lexicon.GREETINGS) + " " + sentences).strip(), ordered);
    }

    private static Arithmetic arithmetic(Dice dice) {
        Operator operator = dice.pick(List.of(Operator.values()));
        int most = operator == Operator.TIMES ? 15 : 99;
        int one = dice.between(2, most);
        int other = dice.between(2, most);
        return operator == Operator.MINUS
                ? new Arithmetic(Math.max(one, other), operator, Math.min(one, other))
                : new Arithmetic(one, operator, other);
    }

    private static Requirement word(Dice dice) {
        return new IncludeWord(dice.pick(Lexicon.NOUNS));
    }

    private static Requirement length(Dice dice) {
        return dice.chance(0.5) ? new AtMostWords(dice.between(12, 18)) : new AtLeastWords(dice.between(18, 24));
    }

    private static Requirement ending(Dice dice) {
        return dice.chance(0.5) ? new EndWithWord(dice.pick(Lexicon.LAST_WORDS)) : new EndWithQuestion();
    }

    private static Requirement form(Dice dice) {
        return dice.chance(0.5) ? new DashList() : new LowerCase();
    }
}
