package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What the contracts have in common in reading requests and outcomes. */
final class Read {
    private static final String NO_CRITIQUE = "The client's contract has no critique.";

    private Read() {}

    /** A member that must be there. */
    static JsonNode member(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            throw new ApiException(400, "missing_field", "The request has no '" + name + "'.");
        }
        return value;
    }

    static String text(JsonNode value, String what) {
        if (!value.isTextual()) {
            throw invalid(what + " is not a text.");
        }
        return value.textValue();
    }

    /** A list of texts, or one text for a list of one. */
    static List<String> texts(JsonNode value, String what) {
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        if (!value.isArray()) {
            throw invalid(what + " is neither a text nor a list of texts.");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            texts.add(text(element, "An element of " + what));
        }
        return texts;
    }

    /** A text that the client's template has been applied to already. */
    static Candidate templated(String prompt, String completion) {
        if (completion.isBlank()) {
            throw new ApiException(400, "empty_completion", "A text is empty: there is nothing to reward.");
        }
        return new Candidate(new ModelInput.Templated(prompt, completion), null, NO_CRITIQUE);
    }

    static Candidate templated(String text) {
        return templated("", text);
    }

    /** Turns, for which the model has a template of its own. */
    static List<Message> turns(JsonNode list, String what) {
        if (!list.isArray()) {
            throw invalid(what + " is not a list of turns with role and content.");
        }
        List<Message> turns = new ArrayList<>();
        for (JsonNode turn : list) {
            turns.add(new Message(
                    text(turn.path("role"), "The role of a turn of " + what),
                    content(turn.path("content"), "The content of a turn of " + what)));
        }
        return turns;
    }

    /** A text, or a list of parts of which each has a text. */
    private static String content(JsonNode content, String what) {
        if (!content.isArray()) {
            return text(content, what);
        }
        StringBuilder joined = new StringBuilder();
        for (JsonNode part : content) {
            joined.append(text(part.path("text"), what));
        }
        return joined.toString();
    }

    /** A prompt and a completion, for which the model has a template of its own. */
    static Candidate conversation(List<Message> prompt, String completion) {
        RecordRules.problemOfPrompt(prompt).ifPresent(problem -> {
            throw invalid(problem);
        });
        if (completion.isBlank()) {
            throw new ApiException(400, "empty_completion", "The completion is empty: there is nothing to reward.");
        }
        return Candidate.of(prompt, completion, null, NO_CRITIQUE);
    }

    /** A whole conversation, whose last turn is the completion. */
    static Candidate conversation(List<Message> turns) {
        if (turns.size() < 2 || !turns.get(turns.size() - 1).getRole().equals("assistant")) {
            throw invalid("The messages do not end with an answer of the assistant after a turn of the user.");
        }
        return conversation(
                turns.subList(0, turns.size() - 1), turns.get(turns.size() - 1).getContent());
    }

    /** The logit; an exception where there is none. */
    static double logit(Outcome outcome) {
        Double logit = outcome.logit();
        if (logit != null) {
            return logit;
        }
        String reason = String.valueOf(outcome.reason());
        throw outcome.status() == RewardStatus.INVALID
                ? new ApiException(422, "invalid_text", reason)
                : new ApiException(500, "no_reward", reason);
    }

    /** The probability that goes with a logit. */
    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    static ApiException invalid(String message) {
        return new ApiException(400, "invalid_field", message);
    }

    /** An error as servers made with FastAPI give it. */
    static JsonNode detail(ApiError error) {
        return JsonNodeFactory.instance.objectNode().put("detail", error.error().message());
    }
}
