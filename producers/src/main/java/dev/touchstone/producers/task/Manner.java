package dev.touchstone.producers.task;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A tone that a task can ask for. A text has it when it holds one of its signs and none of what breaks it. */
public enum Manner {
    /** Friendly to the reader. */
    POLITE(
            List.of("thank you", "thanks", "please", "glad to help", "of course", "a pleasure", "kindly"),
            List.of("stupid", "obviously", "annoying", "nonsense", "lazy", "waste", "bother")),
    /** In good spirits. */
    CHEERFUL(
            List.of("wonderful", "hooray", "lovely", "great fun", "delightful", "what a joy", "smile"),
            List.of("dull", "gloomy", "tired", "dreary", "boring", "sigh", "sadly")),
    /** Without slang. */
    FORMAL(
            List.of("the calculation", "as requested", "in accordance", "the following", "hereby", "respectfully"),
            List.of("hey", "gonna", "yeah", "kinda", "dude", "stuff", "wanna"));

    private final Pattern signs;
    private final Pattern breaks;

    Manner(List<String> signs, List<String> breaks) {
        this.signs = anyOf(signs);
        this.breaks = anyOf(breaks);
    }

    /** The tone's name in a prompt. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a text has this tone. */
    public boolean heardIn(String text) {
        return signs.matcher(text).find() && !brokenIn(text);
    }

    /** Whether a text holds something that goes against this tone. */
    public boolean brokenIn(String text) {
        return breaks.matcher(text).find();
    }

    private static Pattern anyOf(List<String> phrases) {
        return Pattern.compile("\\b(?:" + String.join("|", phrases) + ")\\b", Pattern.CASE_INSENSITIVE);
    }
}
