package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.trainer.lineage.Checkpoints;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.lineage.ModelAliases;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What may be asked of a trainer. A version may only be named while its files can be loaded. */
record RequestRules(ModelAliases aliases, Lineage lineage, Checkpoints checkpoints) {
    /** One sentence that says why a request is refused; null if it is not. */
    @Nullable
    String refusal(ModelRequest request, Instant now) {
        Instant expiresAt = request.getExpiresAt();
        if (expiresAt != null && now.isAfter(expiresAt)) {
            return "The request has expired at " + expiresAt + ": nothing was changed.";
        }
        return switch (request.getAction()) {
            case PROMOTE -> unusable(request.getVersionId());
            case ROLLBACK -> rollback();
            case PIN -> pin(request);
            case UNPIN -> noSuchPin(request.getAlias());
            case HOLD -> aliases.version(Aliases.CHAMPION).isEmpty() ? "There is no champion to hold." : null;
            case RELEASE -> null;
            default -> "This trainer does not know what is asked for: use the same release on both sides.";
        };
    }

    private @Nullable String rollback() {
        Optional<String> previous = aliases.version(Aliases.PREVIOUS);
        return previous.isPresent() ? unusable(previous.get()) : "There is no champion before this one to go back to.";
    }

    private @Nullable String pin(ModelRequest request) {
        String alias = request.getAlias();
        if (alias == null || !Aliases.isPin(alias)) {
            return "'" + shortened(String.valueOf(alias), 100) + "' cannot be a pin: take letters, digits, dots, dashes"
                    + " and underscores, and none of champion, previous and hold.";
        }
        return unusable(request.getVersionId());
    }

    private @Nullable String noSuchPin(@Nullable String alias) {
        return alias != null && Aliases.isPin(alias) && aliases.version(alias).isPresent()
                ? null
                : "There is no pin '" + shortened(String.valueOf(alias), 100) + "'.";
    }

    private @Nullable String unusable(@Nullable String version) {
        Optional<CheckpointManifest> manifest = version == null ? Optional.empty() : lineage.find(version);
        if (manifest.isEmpty()) {
            return "There is no version " + shortened(String.valueOf(version), 100) + " of this model.";
        }
        try {
            checkpoints.open(manifest.get());
            return null;
        } catch (CheckpointException e) {
            return "Version " + version + " cannot be used: " + e.getMessage();
        }
    }

    static String shortened(String text, int most) {
        return text.substring(0, Math.min(text.length(), most));
    }
}
