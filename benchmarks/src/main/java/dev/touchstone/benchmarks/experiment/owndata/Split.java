package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Seeds;
import dev.touchstone.rewardmodel.Turn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Immutable. One fold's parts; no prompt is in two of them.
 *
 * @param training in the order of a smaller training set's growth
 * @param validation chooses the checkpoint and the learning rate
 * @param test is for the figures alone
 */
record Split(List<OwnPair> training, List<OwnPair> validation, List<OwnPair> test) {
    /** Of so many prompts that are not in the test one is for validation. */
    private static final int VALIDATION = 6;

    private static final int FOLDS = 500;

    /** All folds of some data, shuffled by the seed: each pair is in one test. */
    static List<Split> of(OwnData data, int folds, long seed) {
        List<List<Turn>> prompts = new ArrayList<>(data.prompts());
        Collections.shuffle(prompts, Seeds.random(FOLDS, seed));
        Map<List<Turn>, Integer> places = new HashMap<>();
        prompts.forEach(prompt -> places.put(prompt, places.size()));
        List<OwnPair> shuffled = new ArrayList<>(data.pairs());
        Collections.shuffle(shuffled, Seeds.random(FOLDS, seed, 1));
        List<Split> splits = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            Split split = new Split(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (OwnPair pair : shuffled) {
                int place = places.getOrDefault(pair.prompt(), 0);
                boolean test = place % folds == fold;
                (test ? split.test : place / folds % VALIDATION == 0 ? split.validation : split.training).add(pair);
            }
            splits.add(split);
        }
        return splits;
    }
}
