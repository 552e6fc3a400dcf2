package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.rewardmodel.Turn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two completions of one prompt, labelled.
 *
 * @param prompt the conversation, oldest turn first; pairs with the same one are kept together
 * @param chosen the one that is labelled better
 * @param rejected the other one
 * @param critiques of both, if they came with the pair
 * @param reference the known answer, if there is one
 */
record OwnPair(
        List<Turn> prompt,
        String chosen,
        String rejected,
        @Nullable Critiques critiques,
        @Nullable String reference) {

    /** What was said of either side. */
    record Critiques(Remark chosen, Remark rejected) {}

    /**
     * A critique of one completion.
     *
     * @param text what a model reads
     * @param verdicts by aspect, 1 is good and 0 bad; empty where the source has none
     */
    record Remark(String text, Map<String, Double> verdicts) {}

    String side(boolean isChosen) {
        return isChosen ? chosen : rejected;
    }
}
