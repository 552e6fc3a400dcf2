package dev.touchstone.benchmarks.experiment;

import dev.touchstone.schemas.UserError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Seeds that an experiment is repeated by, each for its own pairs, order, critics and first weights; 0 is kept for choosing rates.
 *
 * @param first at least 1
 * @param last not below the first
 */
public record SeedRange(int first, int last) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,5})-([1-9]\\d{0,5})");

    /** From 1 on. */
    public static SeedRange upTo(int last) {
        return new SeedRange(1, last);
    }

    /**
     * Reads a range such as 6-10.
     *
     * @throws UserError if it is none
     */
    public static SeedRange parse(String text) {
        Matcher range = FORM.matcher(text);
        if (!range.matches() || Integer.parseInt(range.group(2)) < Integer.parseInt(range.group(1))) {
            throw new UserError("--seeds " + text + " is no range: give the first and the last, such as 6-10.");
        }
        return new SeedRange(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)));
    }

    /** How many. */
    public int count() {
        return last - first + 1;
    }

    /** Whether it is one of them. */
    public boolean contains(int seed) {
        return seed >= first && seed <= last;
    }

    /** All of them, ascending. */
    public IntStream stream() {
        return IntStream.rangeClosed(first, last);
    }

    @Override
    public String toString() {
        return first + " to " + last;
    }
}
