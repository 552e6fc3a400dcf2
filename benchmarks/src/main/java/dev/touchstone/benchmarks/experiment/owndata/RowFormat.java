package dev.touchstone.benchmarks.experiment.owndata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Critiques;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;
import dev.touchstone.rewardmodel.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kinds of rows that hold pairs. */
enum RowFormat {
    /** Model solutions of the project grade-school-math: any right one against any wrong one of the same question. */
    GSM8K {
        @Override
        List<OwnPair> pairs(JsonNode row) throws BadRowException {
            List<Turn> prompt = user(text(row, "question"));
            String reference = ReferenceCritic.answerOf(text(row, "ground_truth"));
            List<String> right = new ArrayList<>();
            List<String> wrong = new ArrayList<>();
            for (JsonNode solution : row) {
                if (solution.isObject()) {
                    if (!solution.path("is_correct").isBoolean()) {
                        throw new BadRowException("a solution has no is_correct of true or false.");
                    }
                    (solution.path("is_correct").asBoolean() ? right : wrong).add(text(solution, "solution"));
                }
            }
            List<OwnPair> pairs = new ArrayList<>();
            for (String chosen : right) {
                for (String rejected : wrong) {
                    if (!chosen.equals(rejected)) {
                        pairs.add(new OwnPair(prompt, chosen, rejected, null, reference));
                    }
                }
            }
            return pairs;
        }
    },
    /** Rows of LLMBar: an instruction, two outputs, and which of them is better. */
    LLMBAR {
        @Override
        List<OwnPair> pairs(JsonNode row) throws BadRowException {
            int label = row.path("label").asInt();
            if (label != 1 && label != 2) {
                throw new BadRowException("its label is neither 1 nor 2.");
            }
            return pair(
                    user(text(row, "input")), text(row, "output_" + label), text(row, "output_" + (3 - label)), null);
        }
    },
    /** Any pairs, with critiques or without. */
    PAIRS {
        @Override
        List<OwnPair> pairs(JsonNode row) throws BadRowException {
            JsonNode prompt = row.path("prompt");
            List<Turn> turns = new ArrayList<>();
            if (prompt.isArray()) {
                for (JsonNode turn : prompt) {
                    turns.add(new Turn(text(turn, "role"), text(turn, "content")));
                }
            } else {
                turns.addAll(user(text(row, "prompt")));
            }
            Critiques critiques = row.hasNonNull("chosenCritique") && row.hasNonNull("rejectedCritique")
                    ? new Critiques(
                            new Remark(text(row, "chosenCritique"), Map.of()),
                            new Remark(text(row, "rejectedCritique"), Map.of()))
                    : null;
            return pair(turns, text(row, "chosen"), text(row, "rejected"), critiques);
        }
    };

    /** What rows must have, for a person. */
    static final String FIELDS =
            "prompt, chosen and rejected (and, if there are any, chosenCritique and rejectedCritique),"
                    + " or the fields of GSM8K model solutions (question, ground_truth) or of LLMBar (input, output_1, output_2, label)";

    /** A row that is not as its format wants it. */
    static final class BadRowException extends Exception {
        private static final long serialVersionUID = 1;

        BadRowException(String sentence) {
            super(sentence);
        }
    }

    /** The format that a row looks like; null if none. */
    static @Nullable RowFormat of(JsonNode row) {
        if (has(row, "question", "ground_truth")) {
            return GSM8K;
        }
        if (has(row, "input", "output_1", "output_2", "label")) {
            return LLMBAR;
        }
        return has(row, "prompt", "chosen", "rejected") ? PAIRS : null;
    }

    /** The pairs of a row; none where its sides are equal. */
    abstract List<OwnPair> pairs(JsonNode row) throws BadRowException;

    private static boolean has(JsonNode row, String... fields) {
        return Stream.of(fields).allMatch(row::hasNonNull);
    }

    private static List<Turn> user(String text) {
        return List.of(new Turn("user", text));
    }

    private static List<OwnPair> pair(
            List<Turn> prompt, String chosen, String rejected, @Nullable Critiques critiques) {
        return chosen.equals(rejected)
                ? List.of()
                : List.of(new OwnPair(List.copyOf(prompt), chosen, rejected, critiques, null));
    }

    private static String text(JsonNode row, String field) throws BadRowException {
        JsonNode node = row.path(field);
        if (!node.isTextual()) {
            throw new BadRowException("it has no text " + field + ".");
        }
        return node.asText();
    }
}
