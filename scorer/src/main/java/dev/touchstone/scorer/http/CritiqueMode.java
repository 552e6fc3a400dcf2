package dev.touchstone.scorer.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where the critiques of a request come from. */
public enum CritiqueMode {
    /** From the request, where it has them. */
    PROVIDED,
    /** From nowhere: texts are scored without. */
    NONE,
    /** From the critic: texts go through the topics as other completions do. */
    STREAM;

    /**
     * What a client writes.
     *
     * @param name provided, none or stream; null for the first
     * @throws ApiException 400 if it is something else
     */
    public static CritiqueMode of(@Nullable String name) {
        if (name == null) {
            return PROVIDED;
        }
        for (CritiqueMode mode : values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
                return mode;
            }
        }
        throw ApiException.badRequest("invalid_field", "critique is none of provided, none, stream.");
    }
}
