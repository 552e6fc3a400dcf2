package dev.touchstone.producers.task;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be read off the surface of a text. */
public final class Text {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:['’][\\p{L}]+)*");
    private static final Pattern NUMBER = Pattern.compile("(?<![\\p{L}\\p{N}.,])-?\\d{1,9}(?![\\p{L}\\p{N}])");

    private Text() {}

    /** The words in order, lower case; a number is a word, a dash is not. */
    public static List<String> words(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** The last whole number, which is where an answer states its result. */
    public static OptionalInt lastNumber(String text) {
        OptionalInt last = OptionalInt.empty();
        for (Matcher numbers = NUMBER.matcher(text); numbers.find(); ) {
            last = OptionalInt.of(Integer.parseInt(numbers.group()));
        }
        return last;
    }
}
