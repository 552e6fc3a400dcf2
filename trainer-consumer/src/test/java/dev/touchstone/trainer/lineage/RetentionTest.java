package dev.touchstone.trainer.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.ModelAlias;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Lineage lineage = new Lineage();
    private final ModelAliases aliases = new ModelAliases();

    @Test
    void shouldKeepTheNewestWhenNothingElseIsNamed() {
        chain(GateDecision.NOT_EVALUATED, "a", "b", "c", "d");

        assertThat(retirable(2, 1, "e", "d")).containsExactly("a", "b", "c");
        assertThat(retirable(5, 1, "e", "d")).isEmpty();
    }

    @Test
    void shouldKeepWhatAnAliasPointsToWhateverItsName() {
        chain(GateDecision.NOT_EVALUATED, "a", "b", "c", "d", "e");
        alias("champion", "a");
        alias("previous", "b");
        alias("phase-7", "c");

        assertThat(retirable(1, 0, "f", "e")).containsExactly("d", "e");
        aliases.apply(new AliasChange("m", "phase-7", null));
        assertThat(retirable(1, 0, "f", "e")).containsExactly("c", "d", "e");
    }

    @Test
    void shouldKeepWhatAnAliasPointedToUntilThisTransaction() {
        chain(GateDecision.NOT_EVALUATED, "a", "b");
        alias("champion", "a");

        assertThat(retirable(1, 0, "c", "b", moved("champion", "c"))).containsExactly("b");
        alias("champion", "c");
        assertThat(retirable(1, 0, "c", "b")).containsExactly("a", "b");
    }

    @Test
    void shouldKeepTheLastFormerChampionsWhenThereIsAWindow() {
        chain(GateDecision.REJECTED, "a", "b", "c", "d", "e");
        alias("champion", "b"); // a person promoted what the gate had rejected
        alias("champion", "a");
        alias("champion", "c");
        alias("champion", "e");

        assertThat(retirable(1, 2, "f", "e")).containsExactly("b", "d");
        assertThat(retirable(1, 3, "f", "e")).containsExactly("d");
    }

    @Test
    void shouldKeepWhatTheGatePromotedWhenTheTopicOfAliasesHasForgotten() {
        chain(GateDecision.BOOTSTRAP, "a");
        chain(GateDecision.PROMOTED, "b", "c", "d");
        chain(GateDecision.REJECTED, "e");
        alias("champion", "d");

        assertThat(retirable(1, 2, "f", "e")).containsExactly("a", "e");
        // A retired one was published again, after the others, and yet is none of the last.
        CheckpointManifest retired = CheckpointManifest.newBuilder(
                        lineage.find("a").orElseThrow())
                .setRetiredAt(NOW)
                .build();
        Lineage compacted = new Lineage();
        lineage.all().stream().skip(1).forEach(compacted::add);
        compacted.add(retired);
        assertThat(new Retention(1, 2)
                        .retirable(compacted, manifest("f", "e", GateDecision.REJECTED), aliases.with(List.of())))
                .extracting(CheckpointManifest::getVersionId)
                .containsExactly("e");
    }

    @Test
    void shouldRetireABranchThatWasGivenUp() {
        chain(GateDecision.NOT_EVALUATED, "a", "b", "damaged");

        assertThat(retirable(3, 0, "c", "b")).containsExactly("damaged");
    }

    @Test
    void shouldRetireOnceAndKeepThePlaceWhenAManifestIsPublishedAgain() {
        chain(GateDecision.NOT_EVALUATED, "a", "b", "c");
        List<CheckpointManifest> retired = new Retention(2, 0)
                .retirable(lineage, manifest("d", "c", GateDecision.NOT_EVALUATED), aliases.with(List.of()));
        retired.forEach(lineage::add);

        assertThat(retired).extracting(CheckpointManifest::getRetiredAt).containsOnly(NOW);
        assertThat(retirable(2, 0, "d", "c")).isEmpty();
        assertThat(lineage.newest().orElseThrow().getVersionId()).isEqualTo("c");
        assertThat(lineage.ancestry("c")).hasSize(3);
    }

    private void chain(GateDecision gate, String... versions) {
        for (String version : versions) {
            lineage.add(manifest(
                    version,
                    lineage.newest().map(CheckpointManifest::getVersionId).orElse(null),
                    gate));
        }
    }

    private void alias(String name, String version) {
        aliases.apply(moved(name, version));
    }

    private List<String> retirable(int newest, int window, String next, String parent, AliasChange... moved) {
        return new Retention(newest, window)
                        .retirable(
                                lineage,
                                manifest(next, parent, GateDecision.NOT_EVALUATED),
                                aliases.with(List.of(moved)))
                        .stream()
                        .map(CheckpointManifest::getVersionId)
                        .toList();
    }

    private static AliasChange moved(String name, String version) {
        return AliasChange.to(ModelAlias.newBuilder()
                .setModelId("m")
                .setAlias(name)
                .setVersionId(version)
                .setChangedBy("a test")
                .setChangedAt(NOW)
                .build());
    }

    private static CheckpointManifest manifest(String version, String parent, GateDecision gate) {
        return CheckpointManifest.newBuilder()
                .setModelId("m")
                .setVersionId(version)
                .setUri("file:///" + version)
                .setSha256("0")
                .setStep(1)
                .setOffsets(List.of())
                .setParent(parent)
                .setTrainedPairs(0)
                .setHeldOutPairs(0)
                .setGate(gate)
                .setCreatedAt(NOW)
                .build();
    }
}
