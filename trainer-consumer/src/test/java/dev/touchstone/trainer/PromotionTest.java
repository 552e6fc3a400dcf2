package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.ModelAction;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.trainer.Bench.Running;
import dev.touchstone.trainer.gate.Evidence;
import dev.touchstone.trainer.gate.GateConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate and people's requests, in a trainer on a real broker and registry. */
@OnTestCluster
class PromotionTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldMoveTheChampionThroughTheGateAloneWhenTheModelLearns() throws Exception {
        Bench bench = new Bench("p1.", folder, credulous());
        bench.send(Pairs.wrong(80, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(80));
        running.stop();
        running = bench.start(); // what the gate knew goes on
        bench.send(Pairs.some(720, 2));
        await().atMost(LONG).until(() -> bench.published(800));
        running.stop();

        List<CheckpointManifest> manifests = bench.manifests().stream()
                .filter(manifest -> manifest.getRetiredAt() == null)
                .toList();
        List<String> served = manifests.stream()
                .filter(m -> m.getGate() == GateDecision.BOOTSTRAP || m.getGate() == GateDecision.PROMOTED)
                .map(CheckpointManifest::getVersionId)
                .toList();
        manifests.forEach(m -> System.out.println(m.getTrainedPairs() + " " + m.getGate() + " " + m.getGateReasons()));
        assertThat(manifests.get(0).getGate()).isEqualTo(GateDecision.BOOTSTRAP);
        assertThat(served).hasSizeBetween(2, 5);
        assertThat(bench.aliases(Aliases.CHAMPION))
                .extracting(ModelAlias::getVersionId)
                .isEqualTo(served);
        assertThat(bench.aliases(Aliases.PREVIOUS))
                .extracting(ModelAlias::getVersionId)
                .isEqualTo(served.subList(0, served.size() - 1));
        CheckpointManifest promoted = manifests.stream()
                .filter(m -> m.getGate() == GateDecision.PROMOTED)
                .findFirst()
                .orElseThrow();
        assertThat(promoted.getGateReasons()).hasSizeGreaterThan(5);
        assertThat(promoted.getMetrics()).containsKeys("gate.evidence", "gate.heldOut", "gate.brier");
        // Every fresh pair is looked at once per champion, over the restart, too.
        long seen = 0;
        String champion = served.get(0);
        for (CheckpointManifest manifest : manifests.subList(1, manifests.size())) {
            Evidence evidence = Evidence.fromJson(Objects.requireNonNull(manifest.getGateState()));
            assertThat(evidence.champion()).isEqualTo(champion);
            assertThat(evidence.pairs()).isGreaterThanOrEqualTo(seen);
            seen = evidence.pairs();
            if (manifest.getGate() == GateDecision.PROMOTED) {
                champion = manifest.getVersionId();
                seen = 0;
            }
        }
        assertThat(Path.of(URI.create(promoted.getUri()))).isDirectory();
    }

    @Test
    void shouldDoOrRefuseWhatPeopleAskFor() throws Exception {
        Bench bench = new Bench("p2.", folder, credulous());
        bench.send(Pairs.wrong(100, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(100));
        String first = bench.version(Aliases.CHAMPION);
        String newest = bench.newest().getVersionId();

        assertThat(asked(bench, ModelAction.ROLLBACK, null, null)).returns(false, ModelAnswer::getAccepted);
        assertThat(asked(bench, ModelAction.PIN, newest, "ppo").getAccepted()).isTrue();
        assertThat(bench.version("ppo")).isEqualTo(newest);
        assertThat(asked(bench, ModelAction.PIN, newest, "champion").getDetail())
                .contains("cannot be a pin");
        assertThat(asked(bench, ModelAction.PIN, "step-9-none", "ppo").getDetail())
                .contains("no version");
        assertThat(asked(bench, ModelAction.UNPIN, null, "other").getDetail()).contains("no pin 'other'");
        assertThat(asked(bench, ModelAction.UNPIN, null, "hold").getAccepted()).isFalse();
        assertThat(asked(bench, ModelAction.UNKNOWN, null, null).getAccepted()).isFalse();

        assertThat(asked(bench, ModelAction.PROMOTE, newest, null).getAccepted())
                .isTrue();
        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(newest);
        assertThat(bench.version(Aliases.PREVIOUS)).isEqualTo(first);
        assertThat(bench.version(Aliases.HOLD)).isNull();
        assertThat(asked(bench, ModelAction.ROLLBACK, null, null).getAccepted()).isTrue();
        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(first);
        assertThat(bench.version(Aliases.PREVIOUS)).isEqualTo(newest);
        assertThat(bench.version(Aliases.HOLD)).isEqualTo(first);
        assertThat(asked(bench, ModelAction.UNPIN, null, "ppo").getAccepted()).isTrue();
        assertThat(bench.aliases("ppo")).hasSize(2).endsWith((ModelAlias) null);
        assertThat(bench.aliases(Aliases.HOLD).get(0))
                .returns("somebody", ModelAlias::getChangedBy)
                .returns(List.of("A test asks."), ModelAlias::getReasons);

        UUID late = bench.ask(ModelAction.RELEASE, null, null, Instant.now().minusSeconds(1));
        bench.ask("another", ModelAction.RELEASE, null, null, null);
        assertThat(answer(bench, late).getDetail()).contains("has expired");
        assertThat(bench.version(Aliases.HOLD)).isEqualTo(first);

        // A model that learns on is not promoted while the champion is held, and is when it is released.
        bench.send(Pairs.some(600, 2));
        await().atMost(LONG).until(() -> bench.published(700));
        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(first);
        assertThat(bench.manifests()).anyMatch(m -> m.getGateReasons().get(0).contains("held at " + first));
        assertThat(asked(bench, ModelAction.RELEASE, null, null).getAccepted()).isTrue();
        bench.send(Pairs.some(200, 3));
        await().atMost(LONG).until(() -> bench.published(900));
        running.stop();

        assertThat(bench.version(Aliases.CHAMPION)).isNotEqualTo(first);
        assertThat(bench.version(Aliases.PREVIOUS)).isEqualTo(first);
        assertThat(bench.answers()).noneMatch(a -> a.getModelId().equals("another"));
        assertThat(Files.exists(bench.settings.modelFolder().resolve(first))).isTrue();
    }

    @Test
    void shouldActOnEachRequestOnceWhenKilledAgainAndAgain() throws Exception {
        Bench bench = new Bench("p3.", folder);
        bench.send(Pairs.some(20, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(20));
        running.stop();
        String version = bench.newest().getVersionId();
        long seed = 8;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<UUID> asked = new ArrayList<>();
        int unanswered = 0;
        for (int round = 0; round < 8; round++) {
            asked.add(bench.ask(ModelAction.PIN, version, "pin-" + round, null));
            running = bench.start();
            Running started = running;
            await().atMost(LONG).until(() -> started.trainer.running() || started.end.isDone());
            await().pollDelay(Duration.ofMillis(random.nextInt(2_500))).until(() -> true); // another moment each time
            running.kill();
            unanswered += bench.answers().size() < asked.size() ? 1 : 0;
        }
        running = bench.start();
        await().atMost(LONG).until(() -> bench.answers().size() >= asked.size());
        running.stop();

        System.out.println("killed before an answer " + unanswered + " times");
        assertThat(bench.answers()).extracting(ModelAnswer::getRequestId).containsExactlyInAnyOrderElementsOf(asked);
        for (int round = 0; round < asked.size(); round++) {
            assertThat(bench.aliases("pin-" + round)).hasSize(1);
        }
        assertThat(unanswered).isBetween(1, asked.size() - 1);
    }

    @Test
    void shouldKeepTheChampionAndSaySoWhenItsFilesAreGone() throws Exception {
        Bench bench = new Bench("p4.", folder);
        bench.send(Pairs.some(100, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(100));
        running.stop();
        String champion = Objects.requireNonNull(bench.version(Aliases.CHAMPION));
        Path files = bench.settings.modelFolder().resolve(champion);
        Files.move(files, folder.resolve("elsewhere"));
        running = bench.start();
        bench.send(Pairs.some(40, 2));
        await().atMost(LONG).until(() -> bench.published(140));
        assertThat(asked(bench, ModelAction.PIN, champion, "gone").getDetail()).contains("cannot be used");
        running.stop();

        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(champion);
        assertThat(bench.newest().getGate()).isEqualTo(GateDecision.NOT_EVALUATED);
        assertThat(bench.newest().getGateReasons().get(0)).contains("cannot be compared with", "models promote");
    }

    @Test
    void shouldServeEveryCheckpointUnlessItIsHeldWhenThereIsNoGate() throws Exception {
        Bench bench = new Bench("p5.", folder, GateConfig.off());
        bench.send(Pairs.some(120, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(120));
        List<String> versions =
                bench.manifests().stream().map(CheckpointManifest::getVersionId).toList();
        assertThat(bench.aliases(Aliases.CHAMPION))
                .extracting(ModelAlias::getVersionId)
                .isEqualTo(versions);
        assertThat(bench.newest().getGateReasons()).containsExactly("No gate is set: every checkpoint serves.");

        assertThat(asked(bench, ModelAction.HOLD, null, null).getAccepted()).isTrue();
        bench.send(Pairs.some(40, 2));
        await().atMost(LONG).until(() -> bench.published(160));
        running.stop();
        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(versions.get(versions.size() - 1));
        assertThat(bench.version(Aliases.HOLD)).isEqualTo(bench.version(Aliases.CHAMPION));
    }

    /** These models have seen next to nothing, and take a critique for one wherever it stands. */
    private static GateConfig credulous() {
        GateConfig d = GateConfig.defaults();
        return new GateConfig(
                true,
                d.alpha(),
                d.minPairs(),
                d.minSlicePairs(),
                d.noise(),
                d.maxSliceLoss(),
                d.maxCalibrationLoss(),
                d.maxLengthRise(),
                d.maxLengthCorrelation(),
                1,
                d.maxEmptyCritiqueLoss(),
                d.minColonShare(),
                d.probeTolerance(),
                d.probePairs());
    }

    private static ModelAnswer asked(Bench bench, ModelAction action, String version, String alias) {
        return answer(bench, bench.ask(action, version, alias, null));
    }

    private static ModelAnswer answer(Bench bench, UUID request) {
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        bench.answers().stream().anyMatch(a -> a.getRequestId().equals(request)));
        return bench.answers().stream()
                .filter(a -> a.getRequestId().equals(request))
                .findFirst()
                .orElseThrow();
    }
}
