package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Immutable. Which checkpoints must stay: the newest of the lineage, whatever an alias points to, and the last former
 * champions. All others may go.
 *
 * @param newest how many of the newest checkpoints stay, at least 1
 * @param rollbackWindow how many former champions stay, at least 0
 */
public record Retention(int newest, int rollbackWindow) {
    /** So that a long lineage does not make one transaction large. */
    private static final int MOST_AT_ONCE = 100;

    /**
     * Manifests that are not retired yet and may be, marked with the time of the next one; oldest first.
     *
     * @param lineage the manifests that are published
     * @param next the manifest that is about to be
     * @param named what aliases point to
     */
    List<CheckpointManifest> retirable(Lineage lineage, CheckpointManifest next, ModelAliases.Named named) {
        Set<String> kept = new HashSet<>(named.versions());
        kept.add(next.getVersionId());
        lineage.ancestry(next.getParent()).stream()
                .limit(newest - 1L)
                .forEach(manifest -> kept.add(manifest.getVersionId()));
        kept.addAll(last(named.formerChampions()));
        kept.addAll(last(promoted(lineage, named.versions())));
        return lineage.all().stream()
                .filter(manifest -> manifest.getRetiredAt() == null && !kept.contains(manifest.getVersionId()))
                .limit(MOST_AT_ONCE)
                .map(manifest -> CheckpointManifest.newBuilder(manifest)
                        .setRetiredAt(next.getCreatedAt())
                        .build())
                .toList();
    }

    /** Champions as the manifests tell it: the topic of aliases is compacted, and forgets. */
    private static List<String> promoted(Lineage lineage, Set<String> named) {
        return lineage.all().stream()
                .filter(manifest -> manifest.getRetiredAt() == null)
                .filter(manifest ->
                        manifest.getGate() == GateDecision.PROMOTED || manifest.getGate() == GateDecision.BOOTSTRAP)
                .map(CheckpointManifest::getVersionId)
                .filter(version -> !named.contains(version))
                .toList();
    }

    private List<String> last(List<String> versions) {
        List<String> reversed = new ArrayList<>(versions);
        Collections.reverse(reversed);
        return reversed.subList(0, Math.min(rollbackWindow, reversed.size()));
    }
}
