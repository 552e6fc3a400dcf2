package dev.touchstone.schemas;

import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a record must obey beyond its schema. Producers refuse what breaks a rule; a service sends it to the dead letters. */
public final class RecordRules {
    /** Roles that a turn may have. */
    public static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    /** Largest margin of a pair, logits: one that no float holds would cost every micro-batch that it is in. */
    public static final double LARGEST_MARGIN = 100;

    private RecordRules() {}

    /** What is wrong with a pair, as one sentence, or empty if nothing is. */
    public static Optional<String> problemOf(PreferencePair pair) {
        Optional<String> prompt = problemOfPrompt(pair.getPrompt());
        if (prompt.isPresent()) {
            return prompt;
        }
        if (pair.getChosen().isBlank()) {
            return Optional.of("The chosen completion is empty.");
        }
        if (pair.getRejected().isBlank()) {
            return Optional.of("The rejected completion is empty.");
        }
        if (pair.getChosen().equals(pair.getRejected())) {
            return Optional.of("The chosen and the rejected completion are equal.");
        }
        if (pair.getMargin() != null && !(pair.getMargin() >= 0 && pair.getMargin() <= LARGEST_MARGIN)) {
            return Optional.of("The margin is not between 0 and 100.");
        }
        if (pair.getStrength() != null && !(pair.getStrength() >= 0 && pair.getStrength() <= 1)) {
            return Optional.of("The strength is not between 0 and 1.");
        }
        return Optional.empty();
    }

    /** What is wrong with a completion, as one sentence, or empty if nothing is. */
    public static Optional<String> problemOf(Completion completion) {
        Optional<String> prompt = problemOfPrompt(completion.getPrompt());
        if (prompt.isPresent()) {
            return prompt;
        }
        if (completion.getCompletion().isBlank()) {
            return Optional.of("The completion is empty.");
        }
        return Optional.empty();
    }

    /** What is wrong with a prompt, as one sentence, or empty if nothing is. */
    public static Optional<String> problemOfPrompt(List<Message> prompt) {
        if (prompt.isEmpty()) {
            return Optional.of("The prompt has no turn.");
        }
        for (Message turn : prompt) {
            if (!ROLES.contains(turn.getRole())) {
                return Optional.of("A turn of the prompt has a role that is none of system, user, assistant, tool.");
            }
        }
        if (prompt.get(prompt.size() - 1).getContent().isBlank()) {
            return Optional.of("The last turn of the prompt is empty.");
        }
        return Optional.empty();
    }
}
