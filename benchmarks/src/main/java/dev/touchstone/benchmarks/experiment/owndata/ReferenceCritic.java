package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Seeds;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;
import java.util.Map;
import java.util.Random;

/**
 * Immutable. A critic that knows the answer to the question: it compares the final answers, and errs with a chance. It sees
 * neither the label nor the other side.
 *
 * @param error chance that its verdict is the wrong one, 0 to 0.5
 * @param seed of its errors and its wording
 */
record ReferenceCritic(double error, long seed) implements OwnCritic {
    private static final String ASPECT = "correctness";
    private static final String MARK = "A:";

    /** What a solution ends with: the text behind its last mark, without blanks, commas and signs of currency. */
    static String answerOf(String solution) {
        return solution.substring(solution.lastIndexOf(MARK) < 0 ? 0 : solution.lastIndexOf(MARK) + MARK.length())
                .replaceAll("[\\s,$]", "")
                .replaceFirst("\\.0*$", "");
    }

    @Override
    public Remark of(OwnPair pair, boolean chosen) {
        String solution = pair.side(chosen);
        // By text: a solution that stands in several pairs is judged once.
        Random random = Seeds.random(seed, pair.prompt().hashCode(), solution.hashCode());
        boolean errs = random.nextDouble() < error;
        boolean right = answerOf(solution).equals(pair.reference()) ^ errs;
        return new Remark(Phrases.verdict(right, random), Map.of(ASPECT, right ? 1.0 : 0.0));
    }
}
