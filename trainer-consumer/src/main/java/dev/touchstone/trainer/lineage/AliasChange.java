package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.v1.ModelAlias;
import org.jspecify.annotations.Nullable;

/**
 * A name of a version that is given, moved or taken away.
 *
 * @param modelId the model
 * @param alias the name
 * @param value what it is now; null if it is taken away
 */
public record AliasChange(
        String modelId, String alias, @Nullable ModelAlias value) {
    /** A name that is given or moved. */
    public static AliasChange to(ModelAlias value) {
        return new AliasChange(value.getModelId(), value.getAlias(), value);
    }
}
