package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.BatchCut;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.trainer.Bench.Running;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.log.Place;
import dev.touchstone.trainer.replay.LiveConfig;
import dev.touchstone.trainer.replay.Retrain;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models built from the log, beside the live ones. */
@OnTestCluster
class RetrainTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    /** One more than full micro-batches hold. */
    private static final int PAIRS = 601;

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldComeToTheSameBitsWhenARunOverAFinishedLogIsKilledTenTimes() throws Exception {
        Bench bench = new Bench("r1.", "killed", folder, Duration.ZERO);
        bench.send(Pairs.some(PAIRS, 1));
        long seed = 9;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int behind = 0;
        for (int kill = 0; kill < 10; kill++) {
            Running running = bench.start();
            await().atMost(LONG).until(running.trainer::running);
            boolean afterCheckpoint = kill % 2 == 1;
            if (afterCheckpoint) { // else no life might be long enough for one
                int before = bench.manifests().size();
                await().atMost(LONG).until(() -> bench.manifests().size() > before);
            }
            int life = random.nextInt(afterCheckpoint ? 200 : 400); // another moment each time
            await().pollDelay(Duration.ofMillis(life)).until(() -> true);
            running.kill();
            assertThat(running.end).isDone();
            behind += bench.published(PAIRS) ? 0 : 1;
        }
        assertThat(behind).as("kills before the end of the log").isEqualTo(10);
        CheckpointManifest killed = finish(bench);
        Bench undisturbed = new Bench("r1.", "undisturbed", folder, Duration.ZERO);
        CheckpointManifest other = finish(undisturbed);

        assertThat(bench.manifests()).hasSizeGreaterThan(4);
        assertThat(killed.getSha256()).isEqualTo(other.getSha256());
        assertThat(killed.getOffsets()).isEqualTo(other.getOffsets());
        List<LedgerEntry> ledger = bench.ledger();
        assertThat(ledger.stream().map(LedgerEntry::getCut).collect(Collectors.toList()))
                .containsOnlyOnce(BatchCut.IDLE)
                .endsWith(BatchCut.IDLE);
        Retrain.Outcome scratch = retrain(bench, new Place.End(), true);
        assertThat(scratch.checkpoint().sha256()).isEqualTo(killed.getSha256());
        assertThat(scratch.followed()).isZero();
        Retrain.Outcome followed = retrain(bench, new Place.End(), false);
        assertThat(followed.checkpoint().sha256()).isEqualTo(killed.getSha256());
        assertThat(followed.cut()).isZero();
        assertThat(followed.equalsLive()).isTrue();
    }

    @Test
    void shouldFollowTheLedgerAndGoOnBeyondIt() throws Exception {
        Bench bench = new Bench("r2.", folder);
        bench.send(Pairs.some(40, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(40));
        bench.send(Pairs.some(21, 2));
        await().atMost(LONG).until(() -> bench.published(61));
        running.stop();
        CheckpointManifest live = bench.newest();
        Instant then = Instant.now();
        bench.send(Pairs.some(30, 3));

        Retrain.Outcome further = retrain(bench, new Place.End(), false);
        assertThat(further.followed()).isEqualTo(bench.ledger().size());
        assertThat(further.cut()).isEqualTo(4); // 27 that are no ties of 30, in micro-batches of 8 records
        assertThat(further.equalsLive()).isTrue();
        assertThat(further.checkpoint().sha256()).isNotEqualTo(live.getSha256());
        assertThat(further.figures().trained() + further.figures().heldOut()).isEqualTo(36 + 19 + 27);

        Retrain.Outcome asOfThen = retrain(bench, new Place.Moment(then), false);
        assertThat(asOfThen.checkpoint().sha256()).isEqualTo(live.getSha256());
        assertThat(asOfThen.cut()).isZero();

        // The offsets of an older version give that version.
        CheckpointManifest older = bench.manifests().get(0);
        Place offsets = Place.parse(
                "--until",
                older.getOffsets().stream()
                        .map(offset -> offset.getPartition() + ":" + offset.getNextOffset())
                        .collect(Collectors.joining(",")));
        Retrain.Outcome back = retrain(bench, offsets, false);
        assertThat(back.checkpoint().sha256()).isEqualTo(older.getSha256());
        assertThat(back.atLedgerEnd()).isNull();
        assertThat(back.differs()).isFalse();

        assertThatThrownBy(() -> retrain(bench, Place.parse("--until", "0:1,1:1"), false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(": name an offset of each of them and of no other.");
        assertThatThrownBy(() -> retrain(bench, Place.parse("--until", "0:99999,1:0,2:0,3:0"), false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("before 99999");
    }

    @Test
    void shouldBeginWhereItIsToldAndBeBuiltAgainFromThere() throws Exception {
        Bench older = new Bench("r3.", "older", folder, new Place.Beginning());
        older.send(Pairs.some(40, 1));
        Instant then = Instant.now().plusMillis(2); // a moment that no pair has
        await().until(() -> Instant.now().isAfter(then));
        Bench bench = new Bench("r3.", "m", folder, new Place.Moment(then));
        bench.send(Pairs.some(30, 2));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(30));
        running.stop();
        bench.send(Pairs.some(8, 3));
        Running again = bench.start(); // a model that exists goes on where it stands
        await().atMost(LONG).until(() -> bench.published(38));
        again.stop();

        assertThat(bench.consumed()).isEqualTo(38);
        List<CheckpointManifest> manifests = bench.manifests();
        Map<Integer, Long> began = new TreeMap<>();
        manifests.get(0).getBegan().forEach(offset -> began.put(offset.getPartition(), offset.getNextOffset()));
        assertThat(began)
                .isEqualTo(new Place.Moment(then)
                        .in(bench.kafka, bench.topics.critiquedPairs().name()));
        assertThat(began.values()).allMatch(offset -> offset > 0);
        assertThat(manifests)
                .filteredOn(manifest -> manifest.getParent() != null)
                .isNotEmpty()
                .allMatch(manifest -> manifest.getBegan().isEmpty());
        bench.ledger()
                .forEach(entry -> entry.getRanges().forEach(range -> {
                    assertThat(range.getFrom()).isEqualTo(began.get(range.getPartition()));
                    began.put(range.getPartition(), range.getNext());
                }));
        CheckpointManifest live = bench.newest();
        Retrain.Outcome followed = retrain(bench, new Place.End(), false);
        assertThat(followed.equalsLive()).isTrue();
        assertThat(followed.cut()).isZero();
        Retrain.Outcome scratch = retrain(bench, new Place.End(), true);
        assertThat(scratch.figures().trained()).isEqualTo(live.getTrainedPairs());
        assertThat(scratch.figures().heldOut()).isEqualTo(live.getHeldOutPairs());
    }

    private static CheckpointManifest finish(Bench bench) throws Exception {
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(PAIRS - 1));
        running.stop();
        assertThat(bench.published(PAIRS)).isTrue();
        return bench.newest();
    }

    private Retrain.Outcome retrain(Bench bench, Place until, boolean fromScratch) throws Exception {
        LearnerConfig config = LiveConfig.read(bench.kafka, bench.topics, bench.settings.modelId(), LONG, line -> {})
                .orElseThrow();
        assertThat(config).isEqualTo(bench.settings.learner());
        Retrain.Order order = new Retrain.Order(
                bench.settings.modelId(),
                config,
                bench.settings.compute(),
                bench.settings.batchPairs(),
                bench.settings.batchTokens(),
                until,
                fromScratch,
                folder.resolve("retrained"));
        return new Retrain(bench.kafka, bench.topics, LONG)
                .run(order, (done, total, trained) -> assertThat(done).isBetween(0L, total));
    }
}
