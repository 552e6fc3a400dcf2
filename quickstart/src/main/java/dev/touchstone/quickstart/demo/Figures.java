package dev.touchstone.quickstart.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What the topics hold, counted by a reader of its own; nothing here is a service's word about itself but the accuracies.
 *
 * @param pairs records on rm.pairs
 * @param critiquedPairs records on rm.critiqued-pairs
 * @param trainedPairs pairs trained on, by the ledger
 * @param heldOutPairs pairs kept aside, by the ledger
 * @param completions records on rm.completions
 * @param rewards records on rm.rewards
 * @param distinctRewards different completion ids on rm.rewards
 * @param deadLetters records on rm.dead-letters
 * @param checkpoints versions on rm.checkpoints
 * @param prequentialAccuracy share of pairs ranked as labelled before they were learnt from, 0 to 1
 * @param heldOutAccuracy share of held-out pairs ranked as labelled by the newest checkpoint, 0 to 1
 * @param heldOutAccuracyWithoutCritique the same with every critique withheld, 0 to 1
 * @param heldOutLengthAccuracy the same for the rule that the longer completion is better, 0 to 1
 * @param secondsToFirstReward from the start of the stack to the first reward on the topic
 * @param seconds from the start of the stack to the end of the work
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Figures(
        long pairs,
        long critiquedPairs,
        long trainedPairs,
        long heldOutPairs,
        long completions,
        long rewards,
        long distinctRewards,
        long deadLetters,
        long checkpoints,
        @Nullable Double prequentialAccuracy,
        @Nullable Double heldOutAccuracy,
        @Nullable Double heldOutAccuracyWithoutCritique,
        @Nullable Double heldOutLengthAccuracy,
        @Nullable Double secondsToFirstReward,
        double seconds) {}
