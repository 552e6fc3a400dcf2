package dev.touchstone.scorer.scoring;

import dev.touchstone.scorer.model.ModelInfo;
import java.util.List;

/**
 * What came of a batch.
 *
 * @param model the one version that scored all of it
 * @param outcomes one per candidate, in the order of the candidates
 */
public record ScoredBatch(ModelInfo model, List<Outcome> outcomes) {
    /** Copies the list. */
    public ScoredBatch {
        outcomes = List.copyOf(outcomes);
    }
}
