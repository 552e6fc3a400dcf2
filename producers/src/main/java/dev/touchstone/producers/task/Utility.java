package dev.touchstone.producers.task;

import dev.touchstone.producers.task.Requirement.Arithmetic;
import dev.touchstone.producers.task.Requirement.Tone;
import java.util.List;
import java.util.Set;

/**
 * The hidden utility that the simulator labels by: what a reward model should learn. No record carries it; whoever evaluates
 * computes it again from the text. Requirements count by weight, and a small taste for some words over others, which no
 * prompt states and no critic knows, stands for what a reader feels and cannot say.
 */
public final class Utility {
    private static final double CORRECT = 3.0;
    private static final double INSTRUCTION = 1.0;
    private static final double TONE = 1.0;
    private static final double TASTE = 0.2;
    private static final int MOST_TASTE_WORDS = 2;

    private static final Set<String> LIKED = Set.of("simply", "carefully", "slowly", "twice", "garden", "gently");
    private static final Set<String> DISLIKED = Set.of("basically", "frankly", "anyway", "quickly", "engine", "merely");

    private Utility() {}

    /**
     * The utility of a completion: the weights of the requirements that it meets, plus taste between -0.4 and 0.4.
     *
     * @param prompt the text of the last user turn
     * @return between -0.4 and the sum of the weights plus 0.4
     */
    public static double of(String prompt, String completion) {
        return of(Requirement.parse(prompt), completion);
    }

    /** The same for requirements that have been read already. */
    public static double of(List<Requirement> requirements, String completion) {
        double met = requirements.stream()
                .filter(requirement -> requirement.met(completion))
                .mapToDouble(Utility::weight)
                .sum();
        return met + taste(completion);
    }

    /** What meeting a requirement is worth; the right answer is worth most. */
    public static double weight(Requirement requirement) {
        if (requirement instanceof Arithmetic) {
            return CORRECT;
        }
        return requirement instanceof Tone ? TONE : INSTRUCTION;
    }

    private static double taste(String completion) {
        int balance = 0;
        for (String word : Text.words(completion)) {
            balance += LIKED.contains(word) ? 1 : DISLIKED.contains(word) ? -1 : 0;
        }
        return TASTE * Math.max(-MOST_TASTE_WORDS, Math.min(MOST_TASTE_WORDS, balance));
    }
}
