package dev.touchstone.critique.critic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.critique.critic.CritiqueAnswer.AspectOpinion;
import dev.touchstone.critique.critic.CritiqueAnswer.Opinion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the critique in what a critic wrote and checks it. Tolerant of what stands around it (prose, code fences, thoughts),
 * strict about the object itself, whatever the endpoint promised: the completion may have talked the critic into anything.
 */
final class AnswerParser {
    /** The aspects that every critique judges. */
    static final List<String> ASPECTS = List.of("instruction_following", "correctness", "style");

    private static final int MAX_CRITIQUE_CHARS = 4_000;
    private static final int MAX_VERDICTS = 8;
    private static final int MAX_CANDIDATES = 100;
    private static final Pattern ASPECT_NAME = Pattern.compile("[a-z0-9][a-z0-9_ -]{0,39}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private AnswerParser() {}

    /**
     * A critique's content.
     *
     * @param text prose
     * @param verdicts one per aspect
     */
    record Parsed(String text, List<AspectOpinion> verdicts) {}

    /** An answer without a critique; the message is one sentence without any text of the answer. */
    static final class UnreadableAnswer extends Exception {
        private static final long serialVersionUID = 1;

        UnreadableAnswer(String message) {
            super(message);
        }
    }

    static Parsed parse(String answer) throws UnreadableAnswer {
        JsonNode object = lastCritique(answer)
                .orElseThrow(() -> new UnreadableAnswer("The critic's answer has no JSON object with a critique."));
        return new Parsed(text(object.get("critique").textValue()), verdicts(object.path("verdicts")));
    }

    /**
     * The last JSON object in a text that has a critique: what stands before it may be thoughts that quote the completion, and
     * that may look like an answer.
     */
    private static Optional<JsonNode> lastCritique(String answer) {
        Optional<JsonNode> last = Optional.empty();
        int from = answer.indexOf('{');
        for (int i = 0; from >= 0 && i < MAX_CANDIDATES; i++) {
            int end = from + 1;
            try (JsonParser parser = JSON.createParser(answer.substring(from))) {
                JsonNode node = parser.readValueAsTree();
                if (node.path("critique").isTextual()) {
                    last = Optional.of(node);
                    end = from + (int) parser.currentLocation().getCharOffset();
                }
            } catch (IOException e) {
                // Not the beginning of an object: look at the next brace.
            }
            from = answer.indexOf('{', end);
        }
        return last;
    }

    private static String text(String critique) throws UnreadableAnswer {
        // Half a surrogate pair is no text: it could be neither stored nor sent.
        String text = new String(critique.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            throw new UnreadableAnswer("The critic's answer has an empty critique.");
        }
        if (text.length() > MAX_CRITIQUE_CHARS) {
            throw new UnreadableAnswer("The critique is longer than " + MAX_CRITIQUE_CHARS + " characters.");
        }
        return text;
    }

    private static List<AspectOpinion> verdicts(JsonNode found) throws UnreadableAnswer {
        Map<String, Opinion> byAspect = new LinkedHashMap<>();
        for (JsonNode verdict : found) {
            String aspect = normalised(verdict.path("aspect"));
            Optional<Opinion> opinion = opinion(normalised(verdict.path("verdict")));
            if (opinion.isPresent() && ASPECT_NAME.matcher(aspect).matches() && byAspect.size() < MAX_VERDICTS) {
                byAspect.putIfAbsent(aspect, opinion.get());
            }
        }
        List<String> missing = new ArrayList<>(ASPECTS);
        missing.removeAll(byAspect.keySet());
        if (!missing.isEmpty()) {
            throw new UnreadableAnswer("The critic's answer has no good, mixed or bad for " + missing.get(0) + ".");
        }
        return byAspect.entrySet().stream()
                .map(entry -> new AspectOpinion(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static String normalised(JsonNode text) {
        return text.asText("").strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<Opinion> opinion(String name) {
        return Arrays.stream(Opinion.values())
                .filter(opinion -> opinion.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }
}
