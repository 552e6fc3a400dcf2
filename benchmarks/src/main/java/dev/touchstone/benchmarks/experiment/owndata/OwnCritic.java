package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Critiques;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;

/** Says something of one completion; always the same of the same one. */
interface OwnCritic {
    /** Of one side of a pair. */
    Remark of(OwnPair pair, boolean chosen);

    /** The critiques that came with the pairs. */
    static OwnCritic stored() {
        return (pair, chosen) -> {
            Critiques critiques = pair.critiques();
            if (critiques == null) {
                throw new IllegalStateException("A pair without critiques is among pairs with critiques.");
            }
            return chosen ? critiques.chosen() : critiques.rejected();
        };
    }
}
