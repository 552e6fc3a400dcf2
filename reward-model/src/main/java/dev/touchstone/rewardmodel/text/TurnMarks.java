package dev.touchstone.rewardmodel.text;

import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.jinja.TemplateException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a chat template itself writes around the turns, found once by letting it write conversations whose contents are
 * noncharacters.
 *
 * @param markers plain text that opens or closes a turn, such as {@code [INST]} or {@code USER:}
 * @param before what opens one more turn of the user behind an answer, special tokens by their names; empty when the
 *     template knows no such turn
 * @param after what closes that turn
 */
record TurnMarks(Set<String> markers, String before, String after) {

    private static final List<String> CONTENTS = List.of("\uFDD3", "\uFDD4", "\uFDD5", "\uFDD6", "\uFDD7");
    private static final String ANY_CONTENT = "[\uFDD3-\uFDDF]";

    static TurnMarks of(ChatTemplate template, ChatTokenizer tokenizer) throws InputFormatException {
        Set<String> runs = new LinkedHashSet<>();
        TemplateException refusal = new TemplateException("it writes no conversation");
        Pattern borders = borders(tokenizer.ordinaryAdded());
        for (List<String> roles : List.of(
                List.of("user"),
                List.of("user", "assistant"),
                List.of("user", "assistant", "user", "assistant"),
                List.of("system", "user", "assistant", "user", "assistant"))) {
            for (boolean generationPrompt : new boolean[] {false, true}) {
                try {
                    String text = tokenizer.named(template.render(conversation(roles), generationPrompt));
                    for (String run : borders.split(text)) {
                        runs.add(run.strip());
                    }
                } catch (TemplateException e) {
                    // A template may refuse a system turn; that it writes an answer is tested next.
                    refusal = e;
                }
            }
        }
        String two = write(template, tokenizer, List.of("user", "assistant"));
        if (two == null) {
            throw new InputFormatException(
                    "The chat template does not write a question and its answer (" + refusal.getMessage()
                            + "): use a model with a template for conversations.",
                    refusal);
        }
        if (!two.contains(CONTENTS.get(0)) || !two.contains(CONTENTS.get(1))) {
            throw new InputFormatException("The chat template leaves the question or its answer out: use a model with a"
                    + " template for conversations.");
        }
        String three = write(template, tokenizer, List.of("user", "assistant", "user"));
        return turn(markers(runs), two, three);
    }

    private static List<Turn> conversation(List<String> roles) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < roles.size(); i++) {
            turns.add(new Turn(roles.get(i), CONTENTS.get(i)));
        }
        return turns;
    }

    private static @Nullable String write(ChatTemplate template, ChatTokenizer tokenizer, List<String> roles) {
        try {
            return tokenizer.named(template.render(conversation(roles), false));
        } catch (TemplateException e) {
            return null;
        }
    }

    private static Pattern borders(List<String> ordinaryAdded) {
        StringBuilder borders = new StringBuilder(ANY_CONTENT + "|\n|").append(ChatTokenizer.NAME);
        ordinaryAdded.forEach(token -> borders.append('|').append(Pattern.quote(token)));
        return Pattern.compile(borders.toString());
    }

    /** The runs, and what is left of a run when the shorter ones are taken out of it, as far as they can be told from words. */
    private static Set<String> markers(Set<String> runs) {
        Set<String> markers = new LinkedHashSet<>();
        List<String> shortestFirst =
                runs.stream().sorted(Comparator.comparingInt(String::length)).toList();
        for (String run : shortestFirst) {
            String rest = run;
            for (String marker : markers) {
                rest = rest.replace(marker, "\n");
            }
            rest.lines().map(String::strip).filter(TurnMarks::isMarker).forEach(markers::add);
        }
        return markers;
    }

    private static boolean isMarker(String text) {
        return text.length() > 2 && text.codePoints().anyMatch(c -> !Character.isLetterOrDigit(c) && c != ' ');
    }

    /**
     * Tells the turn's own text by holding the conversation with it against the one without. What stands behind the
     * answer in both belongs to the answer; a template may end a conversation differently, so only a start common to
     * both counts, up to a whole token or line.
     */
    private static TurnMarks turn(Set<String> markers, String two, @Nullable String three) {
        String answer = CONTENTS.get(1);
        String asked = CONTENTS.get(2);
        if (three == null || three.indexOf(answer) < 0 || three.indexOf(asked) < three.indexOf(answer)) {
            return new TurnMarks(markers, "", "");
        }
        String ending = two.substring(two.indexOf(answer) + 1);
        String going = three.substring(three.indexOf(answer) + 1);
        int common = 0;
        while (common < Math.min(ending.length(), going.length()) && ending.charAt(common) == going.charAt(common)) {
            common++;
        }
        if (common < ending.length()) {
            common = wholeParts(going, common);
        }
        int content = going.indexOf(asked);
        if (common > content) {
            return new TurnMarks(markers, "", "");
        }
        return new TurnMarks(markers, going.substring(common, content), going.substring(content + 1));
    }

    /** The largest length, at most this, behind which no name and no line is cut. */
    private static int wholeParts(String text, int length) {
        int whole = length;
        while (whole > 0
                && text.charAt(whole - 1) != '\n'
                && !text.substring(0, whole).matches("(?s).*" + ChatTokenizer.NAME)) {
            whole--;
        }
        return whole;
    }
}
