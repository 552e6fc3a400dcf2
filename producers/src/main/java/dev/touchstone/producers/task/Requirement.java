package dev.touchstone.producers.task;

import java.util.List;

/**
 * Something that a prompt asks for in words and a program can check. One piece of code serves whoever writes tasks and
 * whoever judges answers: both see nothing but the text.
 */
public sealed interface Requirement {

    /** Whether a completion meets it; a function of the text alone. */
    boolean met(String completion);

    /** What it says something about. */
    default Aspect aspect() {
        return Aspect.INSTRUCTION_FOLLOWING;
    }

    /** The requirements that a prompt states, in the order in which it states them; empty if it states none. */
    static List<Requirement> parse(String prompt) {
        return Wording.read(prompt);
    }

    /** The result of a calculation, as the last number of the completion. */
    record Arithmetic(int left, Operator operator, int right) implements Requirement {
        /** The right answer. */
        public int result() {
            return operator.apply(left, right);
        }

        @Override
        public boolean met(String completion) {
            var stated = Text.lastNumber(completion);
            return stated.isPresent() && stated.getAsInt() == result();
        }

        @Override
        public Aspect aspect() {
            return Aspect.CORRECTNESS;
        }
    }

    /** A word that must occur, lower case; case does not matter. */
    record IncludeWord(String word) implements Requirement {
        @Override
        public boolean met(String completion) {
            return Text.words(completion).contains(word);
        }
    }

    /** No more words than this. */
    record AtMostWords(int limit) implements Requirement {
        @Override
        public boolean met(String completion) {
            return Text.words(completion).size() <= limit;
        }
    }

    /** No fewer words than this. */
    record AtLeastWords(int limit) implements Requirement {
        @Override
        public boolean met(String completion) {
            return Text.words(completion).size() >= limit;
        }
    }

    /** The last word, lower case; case and punctuation behind it do not matter. */
    record EndWithWord(String word) implements Requirement {
        @Override
        public boolean met(String completion) {
            List<String> words = Text.words(completion);
            return !words.isEmpty() && words.get(words.size() - 1).equals(word);
        }
    }

    /** A question mark at the end. */
    record EndWithQuestion() implements Requirement {
        @Override
        public boolean met(String completion) {
            return completion.stripTrailing().endsWith("?");
        }
    }

    /** At least two lines, each beginning with a dash. */
    record DashList() implements Requirement {
        @Override
        public boolean met(String completion) {
            List<String> lines =
                    completion.lines().filter(line -> !line.isBlank()).toList();
            return lines.size() >= 2
                    && lines.stream().allMatch(line -> line.stripLeading().startsWith("- "));
        }
    }

    /** No capital letter. */
    record LowerCase() implements Requirement {
        @Override
        public boolean met(String completion) {
            return completion.codePoints().noneMatch(Character::isUpperCase);
        }
    }

    /** A tone of voice. */
    record Tone(Manner manner) implements Requirement {
        @Override
        public boolean met(String completion) {
            return manner.heardIn(completion);
        }

        @Override
        public Aspect aspect() {
            return Aspect.STYLE;
        }
    }
}
