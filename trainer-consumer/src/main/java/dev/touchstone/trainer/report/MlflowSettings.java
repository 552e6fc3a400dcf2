package dev.touchstone.trainer.report;

import dev.touchstone.schemas.UserError;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an MLflow server.
 *
 * @param uri where it is, http or https, without user or query; the path before {@code /api}, if any
 * @param experiment name of the experiment, made where it is missing
 * @param token sent as bearer token and never logged; null for none
 */
public record MlflowSettings(
        URI uri, String experiment, @Nullable String token) {
    /** Checks what a user may have set wrong. */
    public MlflowSettings {
        boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
            throw new UserError("The setting touchstone.mlflow-uri is not the address of a server: set it to"
                    + " http://HOST:PORT, and a token in the environment as MLFLOW_TRACKING_TOKEN.");
        }
        if (experiment.isBlank()) {
            throw new UserError("The setting touchstone.mlflow-experiment is empty: set it to a name.");
        }
        if (token != null && !token.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new UserError(
                    "MLFLOW_TRACKING_TOKEN holds something that no HTTP header may: set it to the token alone.");
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "MlflowSettings[" + uri + ", " + experiment + (token == null ? "]" : ", with a token]");
    }
}
