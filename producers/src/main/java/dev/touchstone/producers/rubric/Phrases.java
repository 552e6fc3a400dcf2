package dev.touchstone.producers.rubric;

import dev.touchstone.producers.task.Aspect;
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
import dev.touchstone.producers.task.Text;
import dev.touchstone.schemas.v1.Verdict;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The sentences that critiques are made of: several for each thing that can be said. */
final class Phrases {
    /** What is said where there is no rubric. */
    static final List<String> UNCHECKED = List.of(
            "There is no rubric for this prompt, so its truth was not checked.",
            "Whether it is true could not be checked here.",
            "This looks at the surface only; the content was not checked.");

    private Phrases() {}

    /** Sentences for a claim. */
    static List<String> of(Claim claim, String completion) {
        Requirement requirement = claim.requirement();
        boolean met = claim.met();
        int count = Text.words(completion).size();
        if (requirement instanceof Arithmetic sum) {
            return arithmetic(sum, met, Text.lastNumber(completion));
        } else if (requirement instanceof IncludeWord include) {
            return choose(
                    met,
                    filled(include.word(), "It includes the word %s.", "The word %s is there.", "It uses %s as told."),
                    filled(
                            include.word(),
                            "The word %s is missing.",
                            "It fails to include the word %s.",
                            "It never uses %s, which was required."));
        } else if (requirement instanceof AtMostWords most) {
            String limit = Integer.toString(most.limit());
            return choose(
                    met,
                    filled(limit, "It keeps within the %s words.", "The length is fine, under the limit of %s words."),
                    Stream.concat(
                                    filled(limit, "It is too long for the limit of %s words.").stream(),
                                    filled(Integer.toString(count), "With %s words it is too long.").stream())
                            .toList());
        } else if (requirement instanceof AtLeastWords least) {
            String limit = Integer.toString(least.limit());
            return choose(
                    met,
                    filled(limit, "It has the %s words or more that were asked.", "The length is fine, over %s words."),
                    Stream.concat(
                                    filled(limit, "It is too short, %s words were required.").stream(),
                                    filled(Integer.toString(count), "With %s words it is too short.").stream())
                            .toList());
        } else if (requirement instanceof EndWithWord end) {
            return choose(
                    met,
                    filled(end.word(), "It ends with %s as told.", "The last word is %s, as required."),
                    filled(end.word(), "It fails to end with %s.", "The ending is not %s, which was required."));
        } else if (requirement instanceof EndWithQuestion) {
            return choose(
                    met,
                    List.of("It ends with a question as told.", "The closing question is there."),
                    List.of("The closing question is missing.", "It fails to end with a question."));
        } else if (requirement instanceof DashList) {
            return choose(
                    met,
                    List.of("The list with dashes is there.", "Each line has its dash as told."),
                    List.of("The list with dashes is missing.", "It fails to put a dash before each line."));
        } else if (requirement instanceof LowerCase) {
            return choose(
                    met,
                    List.of("It keeps to lower case as told.", "All letters are lower case, as required."),
                    List.of("It fails to keep to lower case.", "It has capital letters, which it must not."));
        }
        return tone(((Tone) requirement).manner(), met, completion);
    }

    /** Sentences for an aspect that the prompt asks nothing of. */
    static List<String> unasked(Aspect aspect, Verdict verdict) {
        return switch (aspect) {
            case STYLE ->
                choose(
                        verdict == Verdict.GOOD,
                        List.of("The style is plain and fine.", "The tone is fine."),
                        List.of("The style is poor.", "The tone is off."));
            case CORRECTNESS -> List.of("Whether it is true was not checked.", "There was no result to check.");
            case INSTRUCTION_FOLLOWING ->
                choose(
                        verdict == Verdict.GOOD,
                        List.of("It does what was asked.", "It answers the question."),
                        List.of("It does not do what was asked.", "It fails to answer the question."));
        };
    }

    /** Sentences that sum up. */
    static List<String> summary(Verdict verdict) {
        return switch (verdict) {
            case GOOD -> List.of("Overall it does all that was asked.", "Nothing that was asked is left out.");
            case BAD -> List.of("Overall it does nothing that was asked.", "All that was asked is left out.");
            default -> List.of("Overall it does a part of what was asked.", "Some of what was asked is left out.");
        };
    }

    /** Sentences on repetition. */
    static List<String> repetition(boolean repetitive) {
        return choose(
                !repetitive,
                List.of("It hardly repeats itself.", "The wording is varied."),
                List.of("It repeats itself a lot.", "Many of its words come again and again."));
    }

    /** Sentences on politeness. */
    static List<String> politeness(String completion) {
        if (Manner.POLITE.brokenIn(completion)) {
            return List.of("Some words in it are not polite.", "Part of it sounds impolite.");
        }
        return choose(
                Manner.POLITE.heardIn(completion),
                List.of("It has polite words.", "It sounds polite."),
                List.of("Its tone is neutral.", "It is neither polite nor rude."));
    }

    private static List<String> arithmetic(Arithmetic sum, boolean met, OptionalInt stated) {
        String name = sum.operator().resultName();
        String task = sum.left() + " " + sum.operator().word() + " " + sum.right();
        if (stated.isEmpty()) {
            return choose(
                    met,
                    List.of("The result is right.", "The " + name + " is correct."),
                    List.of("The result is missing, which is wrong.", "It gives no " + name + ", which is wrong."));
        }
        int said = stated.getAsInt();
        if (met) {
            return List.of(
                    "The " + name + " is right: " + said + ".",
                    "The result " + said + " is correct.",
                    "It gets " + task + " right.",
                    "The answer " + said + " is right.");
        }
        if (said == sum.result()) {
            return List.of("The result " + said + " is wrong.", "It gets " + task + " wrong.");
        }
        return List.of(
                "The " + name + " is wrong: it is " + sum.result() + ", not " + said + ".",
                "The result " + said + " is wrong, " + task + " is " + sum.result() + ".",
                "It gets " + task + " wrong.",
                "The answer " + said + " is wrong.");
    }

    private static List<String> tone(Manner manner, boolean met, String completion) {
        String word = manner.word();
        if (met) {
            return filled(word, "The tone is %s as told.", "It sounds %s, as it should.", "Its manner is nicely %s.");
        }
        return manner.brokenIn(completion)
                ? switch (manner) {
                    case POLITE -> List.of("The tone is rude, not polite.", "It sounds rude.");
                    case CHEERFUL -> List.of("The tone is gloomy, not cheerful.", "It sounds gloomy.");
                    case FORMAL -> List.of("The tone is sloppy, not formal.", "It sounds sloppy.");
                }
                : filled(word, "The tone is not %s.", "It does not sound %s, as it should.");
    }

    private static List<String> choose(boolean met, List<String> good, List<String> bad) {
        return met ? good : bad;
    }

    private static List<String> filled(String value, String... templates) {
        return Stream.of(templates).map(template -> template.formatted(value)).toList();
    }
}
