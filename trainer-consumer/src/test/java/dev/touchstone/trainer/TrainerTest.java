package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.PartitionOffset;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.Bench.Running;
import dev.touchstone.trainer.lineage.FencedException;
import dev.touchstone.trainer.replay.Rebuild;
import dev.touchstone.trainer.report.Report;
import dev.touchstone.trainer.report.Reports;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer on a real broker and registry. */
@OnTestCluster
class TrainerTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldPublishEveryPairOnceWhenTheStreamIsLearnt() throws Exception {
        Bench bench = new Bench("t1.", folder);
        bench.send(Pairs.some(150, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(150));
        running.stop();

        CheckpointManifest newest = bench.newest();
        List<LedgerEntry> ledger = bench.ledger();
        assertThat(ledger.stream().mapToLong(LedgerEntry::getTrainedPairs).sum())
                .isEqualTo(newest.getTrainedPairs());
        assertThat(newest.getTrainedPairs() + newest.getHeldOutPairs()).isEqualTo(135);
        assertThat(bench.nextOffsets(ledger)).isEqualTo(offsets(newest)).isEqualTo(bench.committed());
        assertThat(ledger)
                .extracting(LedgerEntry::getBatch)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(bench.manifests().get(0).getGate()).isEqualTo(GateDecision.BOOTSTRAP);
        assertThat(newest.getParent()).isNotNull();
        assertThat(newest.getCriticModel()).isEqualTo("rubric");
        assertThat(newest.getRewardDeviation()).isPositive();

        // So few held-out pairs show nothing: the first one goes on serving.
        String champion = bench.manifests().get(0).getVersionId();
        assertThat(bench.version(Aliases.CHAMPION)).isEqualTo(champion);
        assertThat(newest.getGate()).isEqualTo(GateDecision.NOT_EVALUATED);
        assertThat(newest.getGateReasons().get(0)).contains("of 30 fresh held-out pairs", champion);
        List<TrainingMetrics> metrics =
                Records.readAll(bench.kafka, bench.topics.trainingMetrics().name(), TrainingMetrics.class);
        assertThat(metrics)
                .extracting(TrainingMetrics::getVersionId)
                .containsExactlyElementsOf(bench.manifests().stream()
                        .filter(manifest -> manifest.getRetiredAt() == null)
                        .map(CheckpointManifest::getVersionId)
                        .toList());
        assertThat(metrics.get(metrics.size() - 1).getHeldOutAccuracy()).isBetween(0.0, 1.0);
        // The newest three and the champion stay, the rest is gone.
        try (var folders = Files.list(bench.settings.modelFolder())) {
            assertThat(folders.map(f -> f.getFileName().toString()))
                    .hasSize(Math.min(4, metrics.size()))
                    .contains(champion, newest.getVersionId());
        }
    }

    @Test
    void shouldLearnEachPairOnceAndRebuildTheSameBitsWhenKilledAgainAndAgain() throws Exception {
        Bench bench = new Bench("t2.", folder);
        long seed = 4;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 4; round++) {
            int before = bench.ledger().size();
            Running running = bench.start();
            bench.send(Pairs.some(60, round));
            await().atMost(LONG).until(() -> bench.ledger().size() > before);
            await().pollDelay(Duration.ofMillis(random.nextInt(1_500))).until(() -> true); // another moment each time
            running.kill();
            assertThat(running.end).isDone();
        }
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(240));
        running.stop();

        CheckpointManifest newest = bench.newest();
        assertThat(newest.getTrainedPairs() + newest.getHeldOutPairs()).isEqualTo(4 * 54);
        assertThat(bench.nextOffsets(bench.ledger())).isEqualTo(offsets(newest)).isEqualTo(bench.committed());
        assertThat(bench.ledger().stream()
                        .mapToInt(e -> e.getTrainedPairs() + e.getHeldOutPairs() + e.getSkippedPairs())
                        .sum())
                .isEqualTo(240);
        String rebuilt = new Rebuild(bench.kafka, bench.topics, LONG)
                .newest("m", bench.settings.learner(), bench.settings.compute(), folder.resolve("rebuilt"))
                .sha256();
        assertThat(rebuilt).isEqualTo(newest.getSha256());
    }

    @Test
    void shouldPublishAndReportWhatItHasLearntWhenItIsStoppedInALongRun() throws Exception {
        Bench bench = new Bench("t8.", folder, 100_000); // after the first one, no checkpoint would come for hours
        bench.send(Pairs.some(1_000, 1));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        List<Report> reports = new CopyOnWriteArrayList<>();
        Running running = bench.start(meters, destination(bench, reports));
        await().atMost(LONG).until(() -> !reports.isEmpty());
        double published = meters.get("rm.train.steps").counter().count();
        await().atMost(LONG).until(() -> meters.get("rm.train.steps").counter().count() > published + 30);
        assertThat(reports).hasSize(1);

        long begun = System.nanoTime();
        running.stop();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);

        System.out.println("The stop took " + took);
        assertThat(took).isLessThan(Duration.ofSeconds(25)); // the default of touchstone.grace
        CheckpointManifest newest = bench.newest();
        assertThat(newest.getStep())
                .isEqualTo((long) meters.get("rm.train.steps").counter().count());
        assertThat(bench.published(1_000)).isFalse();
        assertThat(bench.nextOffsets(bench.ledger())).isEqualTo(offsets(newest)).isEqualTo(bench.committed());
        assertThat(reports).hasSize(2);
        assertThat(reports.get(1).step()).isEqualTo(newest.getStep());
        assertThat(reports.get(1).values())
                .containsKeys("windowBrier", "prequentialCalibrationErrorWithCritique", "windowLogLossWithoutCritique")
                .containsEntry("source/test/prequentialPairs", (double) newest.getTrainedPairs())
                .containsEntry("trainedPairs", (double) newest.getTrainedPairs());
        assertThat(newest.getMetrics())
                .containsKey("windowCalibrationError")
                .doesNotContainKey("source/test/windowPairs");
        assertThat(meters.get("rm.train.lag").gauge().value()).isPositive();
    }

    /** Takes reports, and fails if one comes before its checkpoint is visible. */
    private static Reports.Destination destination(Bench bench, List<Report> reports) {
        return new Reports.Destination() {
            @Override
            public void accept(Report report) {
                // The broker makes a committed transaction visible a moment after it has accepted the commit.
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> bench.newest().getStep() == report.step());
                reports.add(report);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void shouldLeaveTheOlderTrainerFencedWhenASecondOneStarts() throws Exception {
        Bench bench = new Bench("t3.", folder);
        bench.send(Pairs.some(30, 1));
        Running first = bench.start();
        await().atMost(LONG).until(() -> bench.published(30));
        Running second = bench.start();

        // The first one is idle and yet notices.
        await().atMost(LONG).until(first.end::isDone);
        assertThat(first.end.join()).isInstanceOf(FencedException.class);
        assertThat(first.trainer.running()).isFalse();
        bench.send(Pairs.some(30, 2));
        await().atMost(LONG).until(() -> bench.published(60));
        second.stop();

        assertThat(bench.nextOffsets(bench.ledger())).isEqualTo(offsets(bench.newest()));
    }

    @Test
    void shouldGoOnFromTheParentWhenTheNewestCheckpointIsDamaged() throws Exception {
        Bench bench = new Bench("t4.", folder);
        bench.send(Pairs.some(60, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(60));
        bench.send(Pairs.some(20, 2));
        await().atMost(LONG).until(() -> bench.published(80));
        running.stop();
        CheckpointManifest damaged = bench.newest();
        Path weights = Path.of(URI.create(damaged.getUri())).resolve("model.safetensors");
        Files.write(weights, new byte[] {1, 2, 3}, StandardOpenOption.WRITE);

        Running again = bench.start();
        bench.send(Pairs.some(10, 3));
        await().atMost(LONG).until(() -> bench.newest().getTrainedPairs() > damaged.getTrainedPairs());
        again.stop();

        CheckpointManifest branched = bench.manifests().stream()
                .filter(m -> String.valueOf(damaged.getParent()).equals(m.getParent()))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(branched.getCreatedAt()).isAfter(damaged.getCreatedAt());
        assertThat(bench.newest().getTrainedPairs() + bench.newest().getHeldOutPairs())
                .isEqualTo(81);
        String rebuilt = new Rebuild(bench.kafka, bench.topics, LONG)
                .newest("m", bench.settings.learner(), bench.settings.compute(), folder.resolve("rebuilt"))
                .sha256();
        assertThat(rebuilt).isEqualTo(bench.newest().getSha256());
    }

    @Test
    void shouldSendBadRecordsToTheDeadLettersAndGoOn() throws Exception {
        Bench bench = new Bench("t5.", folder);
        String topic = bench.topics.critiquedPairs().name();
        byte[] poison = "no avro".getBytes(StandardCharsets.UTF_8);
        CritiquedPair good = Pairs.some(1, 9).get(0);
        CritiquedPair equal = CritiquedPair.newBuilder(good)
                .setPair(PreferencePair.newBuilder(good.getPair())
                        .setRejected(good.getPair().getChosen())
                        .build())
                .build();
        bench.send(Pairs.some(20, 1));
        Records.sendBytes(bench.kafka, topic, new byte[] {7}, poison);
        Records.send(bench.kafka, topic, "equal", equal);
        bench.send(Pairs.some(20, 2));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(42));
        running.stop();

        List<ConsumerRecord<byte[], byte[]>> dead =
                Records.readAll(bench.kafka, bench.topics.deadLetters().name());
        assertThat(dead).hasSize(2);
        assertThat(dead)
                .extracting(d -> header(d, DeadLetters.REASON))
                .containsExactlyInAnyOrder("UNDECODABLE", "INVALID");
        ConsumerRecord<byte[], byte[]> undecodable = dead.stream()
                .filter(d -> header(d, DeadLetters.REASON).equals("UNDECODABLE"))
                .findFirst()
                .orElseThrow();
        assertThat(undecodable.value()).isEqualTo(poison);
        assertThat(undecodable.key()).containsExactly(7);
        assertThat(header(undecodable, DeadLetters.TOPIC)).isEqualTo(topic);
        assertThat(bench.ledger().stream()
                        .mapToInt(LedgerEntry::getSkippedPairs)
                        .sum())
                .isEqualTo(4 + 2);
    }

    @Test
    void shouldStopWithASentenceWhenTheLogNoLongerHoldsTheNextOffset() throws Exception {
        Bench bench = new Bench("t6.", folder);
        bench.send(Pairs.some(40, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(40));
        running.stop();
        bench.send(Pairs.some(40, 2));
        String topic = bench.topics.critiquedPairs().name();
        try (Admin admin = Admin.create(bench.kafka.client())) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            offsets(bench.newest())
                    .forEach((p, o) -> all.put(new TopicPartition(topic, p), RecordsToDelete.beforeOffset(-1)));
            admin.deleteRecords(all).all().get();
        }

        Running again = bench.start();
        await().atMost(LONG).until(again.end::isDone);

        assertThat(again.end.join()).isInstanceOf(UserError.class).hasMessageContaining("no longer on the broker");
    }

    @Test
    void shouldStopWithASentenceWhenNoCheckpointIsLeft() throws Exception {
        Bench bench = new Bench("t7.", folder);
        bench.send(Pairs.some(20, 1));
        Running running = bench.start();
        await().atMost(LONG).until(() -> bench.published(20));
        running.stop();
        Files.move(bench.settings.modelFolder(), folder.resolve("elsewhere"));

        Running again = bench.start();
        await().atMost(LONG).until(again.end::isDone);

        assertThat(again.end.join()).isInstanceOf(UserError.class).hasMessageContaining("None of the");
    }

    private static Map<Integer, Long> offsets(CheckpointManifest manifest) {
        Map<Integer, Long> offsets = new HashMap<>();
        for (PartitionOffset offset : manifest.getOffsets()) {
            offsets.put(offset.getPartition(), offset.getNextOffset());
        }
        return offsets;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
