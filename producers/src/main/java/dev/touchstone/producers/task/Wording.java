package dev.touchstone.producers.task;

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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How requirements are put into words. Each sentence is written once, with a sign for a number (#) or a word (@), and serves
 * both ways: to write a prompt and, as a pattern, to read one.
 */
public final class Wording {
    private static final List<Wording> ALL = all();

    private final Class<? extends Requirement> type;
    private final String sentence;
    private final Pattern pattern;
    private final Function<MatchResult, Requirement> reader;

    private Wording(Class<? extends Requirement> type, String sentence, Function<MatchResult, Requirement> reader) {
        this.type = type;
        this.sentence = sentence;
        this.reader = reader;
        String body = sentence.substring(0, sentence.length() - 1); // users forget the last mark
        String expression = ("\\b\\Q" + body + "\\E\\b")
                .replace("#", "\\E(\\d{1,4})\\Q")
                .replace("@", "\\E([a-z]+)\\Q")
                .replace(" ", "\\E\\s+\\Q");
        this.pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }

    /**
     * A requirement in words.
     *
     * @param choice which wording; any number, taken modulo the number of wordings that there are
     */
    public static String write(Requirement requirement, int choice) {
        List<String> options = ALL.stream()
                .filter(wording -> wording.type.equals(requirement.getClass()))
                .map(wording -> wording.fill(requirement))
                .filter(sentence -> read(sentence).equals(List.of(requirement)))
                .toList();
        return options.get(Math.floorMod(choice, options.size()));
    }

    static List<Requirement> read(String prompt) {
        record Found(int at, Requirement requirement) {}
        List<Found> found = new ArrayList<>();
        for (Wording wording : ALL) {
            for (Matcher matcher = wording.pattern.matcher(prompt); matcher.find(); ) {
                found.add(new Found(matcher.start(), wording.reader.apply(matcher.toMatchResult())));
            }
        }
        return found.stream()
                .sorted(Comparator.comparingInt(Found::at))
                .map(Found::requirement)
                .distinct()
                .toList();
    }

    private String fill(Requirement requirement) {
        String filled = sentence;
        for (String argument : arguments(requirement)) {
            filled = filled.replaceFirst("[#@]", argument);
        }
        return filled;
    }

    private static List<String> arguments(Requirement requirement) {
        if (requirement instanceof Arithmetic sum) {
            return List.of(Integer.toString(sum.left()), Integer.toString(sum.right()));
        } else if (requirement instanceof IncludeWord include) {
            return List.of(include.word());
        } else if (requirement instanceof AtMostWords most) {
            return List.of(Integer.toString(most.limit()));
        } else if (requirement instanceof AtLeastWords least) {
            return List.of(Integer.toString(least.limit()));
        } else if (requirement instanceof EndWithWord end) {
            return List.of(end.word());
        }
        return List.of();
    }

    private static List<Wording> all() {
        return Stream.of(
                        arithmetic(Operator.PLUS, "What is # plus #?", "Add # and #.", "How much is # + #?"),
                        arithmetic(Operator.MINUS, "What is # minus #?", "Work out # less #.", "How much is # - #?"),
                        arithmetic(Operator.TIMES, "What is # times #?", "Multiply # by #.", "How much is # x #?"),
                        of(
                                IncludeWord.class,
                                m -> new IncludeWord(word(m)),
                                "Include the word @.",
                                "Use the word @ somewhere.",
                                "Mention the word @."),
                        of(
                                AtMostWords.class,
                                m -> new AtMostWords(number(m, 1)),
                                "Answer in at most # words.",
                                "Use no more than # words.",
                                "Keep it to # words or fewer."),
                        of(
                                AtLeastWords.class,
                                m -> new AtLeastWords(number(m, 1)),
                                "Write at least # words.",
                                "Use # words or more.",
                                "Take no fewer than # words."),
                        of(
                                EndWithWord.class,
                                m -> new EndWithWord(word(m)),
                                "End with the word @.",
                                "Let the last word be @."),
                        of(
                                EndWithQuestion.class,
                                m -> new EndWithQuestion(),
                                "End with a question.",
                                "Close with a question."),
                        of(
                                DashList.class,
                                m -> new DashList(),
                                "Write it as a list with dashes.",
                                "Put a dash before each line."),
                        of(
                                LowerCase.class,
                                m -> new LowerCase(),
                                "Use lower case only.",
                                "Write without capital letters."),
                        tone(Manner.POLITE, "Be polite.", "Stay polite."),
                        tone(Manner.CHEERFUL, "Be cheerful.", "Sound cheerful."),
                        tone(Manner.FORMAL, "Be formal.", "Keep a formal tone."))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Wording> arithmetic(Operator operator, String... sentences) {
        return of(Arithmetic.class, m -> new Arithmetic(number(m, 1), operator, number(m, 2)), sentences);
    }

    private static List<Wording> tone(Manner manner, String... sentences) {
        return of(Tone.class, m -> new Tone(manner), sentences);
    }

    private static List<Wording> of(
            Class<? extends Requirement> type, Function<MatchResult, Requirement> reader, String... sentences) {
        return Stream.of(sentences)
                .map(sentence -> new Wording(type, sentence, reader))
                .toList();
    }

    private static int number(MatchResult match, int group) {
        return Integer.parseInt(match.group(group));
    }

    private static String word(MatchResult match) {
        return match.group(1).toLowerCase(Locale.ROOT);
    }
}
