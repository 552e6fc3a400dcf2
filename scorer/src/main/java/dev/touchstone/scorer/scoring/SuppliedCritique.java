package dev.touchstone.scorer.scoring;

import dev.touchstone.scorer.model.ModelInfo;
import org.jspecify.annotations.Nullable;

/**
 * A critique that came with a completion.
 *
 * @param text what the critic says, not empty
 * @param criticModel who says it; null where unknown
 * @param promptVersion what it was asked with; null where unknown
 */
public record SuppliedCritique(
        String text, @Nullable String criticModel, @Nullable String promptVersion) {

    /**
     * Whether a model can read this critic's dialect: a model learns the dialect of one critic, so a critique that is known
     * to come from another one is not shown to it.
     */
    boolean suits(ModelInfo model) {
        return suits(criticModel, model.criticModel()) && suits(promptVersion, model.promptVersion());
    }

    private static boolean suits(@Nullable String supplied, @Nullable String learnt) {
        return supplied == null || learnt == null || supplied.equals(learnt);
    }
}
