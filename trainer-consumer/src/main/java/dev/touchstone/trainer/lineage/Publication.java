package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.trainer.log.LogItem;
import java.util.List;

/**
 * Everything that becomes visible with a checkpoint, in one transaction. The offsets that it commits are those of the
 * manifest.
 *
 * @param manifest of the checkpoint
 * @param ledger one entry per micro-batch since the checkpoint before
 * @param metrics at the checkpoint
 * @param aliases names of versions that change with it
 * @param dead records that could not be used
 * @param retired manifests of earlier checkpoints whose files are given up
 */
public record Publication(
        CheckpointManifest manifest,
        List<LedgerEntry> ledger,
        TrainingMetrics metrics,
        List<AliasChange> aliases,
        List<LogItem.Dead> dead,
        List<CheckpointManifest> retired) {
    /** Copies the lists. */
    public Publication {
        ledger = List.copyOf(ledger);
        aliases = List.copyOf(aliases);
        dead = List.copyOf(dead);
        retired = List.copyOf(retired);
    }

    /** The same, and manifests that are retired with it. */
    public Publication retiring(List<CheckpointManifest> manifests) {
        return new Publication(manifest, ledger, metrics, aliases, dead, manifests);
    }
}
