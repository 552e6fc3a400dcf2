package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.schemas.UserError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Immutable. What a model is trained and tested with.
 *
 * @param name for the folder of the results
 * @param pairs all with critiques, or none
 * @param critics where critiques come from
 * @param notes what a reader of the figures must know
 */
record OwnData(String name, List<OwnPair> pairs, Critics critics, List<String> notes) {
    /** Fewer prompts than this cannot be divided into folds. */
    private static final int FEWEST_PROMPTS = 20;

    /** Where critiques come from. */
    enum Critics {
        /** Made here by comparing an answer with the known one. */
        REFERENCE,
        /** They came with the pairs. */
        STORED,
        /** Nowhere: only the arms that need none can be run. */
        NONE
    }

    /**
     * Data of some pairs: if any pair has critiques, those that have none are left out, so that all arms have the same pairs.
     *
     * @throws UserError if there are too few
     */
    static OwnData of(String name, List<OwnPair> pairs, List<String> notes) {
        List<String> all = new ArrayList<>(notes);
        List<OwnPair> used = pairs;
        Critics critics = Critics.NONE;
        if (!pairs.isEmpty() && pairs.stream().allMatch(pair -> pair.reference() != null)) {
            critics = Critics.REFERENCE;
            all.add(
                    "The critic compares the final answer with the known one, and errs with a chance that is set: it knows"
                            + " the answer, so these figures say what a model makes of critiques, not what a critic can find out.");
        } else if (pairs.stream().anyMatch(pair -> pair.critiques() != null)) {
            critics = Critics.STORED;
            used = pairs.stream().filter(pair -> pair.critiques() != null).toList();
            if (used.size() < pairs.size()) {
                all.add((pairs.size() - used.size()) + " pairs without critiques of both sides were left out.");
            }
        } else {
            all.add(
                    "No critic: these pairs have neither critiques nor known answers, so only the arms that need none were"
                            + " run, and nothing is said of critiques.");
        }
        OwnData data = new OwnData(name, List.copyOf(used), critics, all);
        if (data.prompts().size() < FEWEST_PROMPTS) {
            throw new UserError("There are " + data.prompts().size() + " different prompts in " + name
                    + ", and at least " + FEWEST_PROMPTS + " are needed: give more pairs.");
        }
        return data;
    }

    /** The different prompts, in order. */
    Set<List<Turn>> prompts() {
        Set<List<Turn>> prompts = new LinkedHashSet<>();
        pairs.forEach(pair -> prompts.add(pair.prompt()));
        return prompts;
    }
}
