package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.store.CheckpointFetcher;
import dev.touchstone.store.StoreSettings;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.s3.FakeS3;
import dev.touchstone.testkit.s3.FakeS3.Fault;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.Bench.Running;
import dev.touchstone.trainer.lineage.PublicationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a trainer's checkpoints lie, what it deletes, and what it does when the store fails. Real broker and registry. */
@OnTestCluster
class TrainerStoreTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final FakeS3 s3 = FakeS3.start();
    private final StoreSettings store = StoreSettings.of(
            Optional.of("s3://bucket/models"), Optional.of(s3.endpoint()), Optional.empty(), Optional.empty());

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
        System.setProperty("aws.accessKeyId", "key-of-a-test");
        System.setProperty("aws.secretAccessKey", "secret-of-a-test");
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    @Test
    void shouldHaveTheFilesOfEveryManifestThatIsNotRetiredWhenOldOnesGo() throws Exception {
        Bench bench = new Bench("s1.", folder);
        CheckpointManifest pinned = learn(bench, 40, 1);
        pin(bench, pinned.getVersionId());
        for (int round = 2; round <= 6; round++) {
            learn(bench, 40, round);
        }

        Map<String, CheckpointManifest> newest = byVersion(bench);
        assertThat(entries(bench.settings.modelFolder())).containsExactlyInAnyOrderElementsOf(unretired(newest));
        assertThat(unretired(newest)).hasSizeLessThan(newest.size()).contains(pinned.getVersionId());
        assertThat(loadable(bench)).isEqualTo(unretired(newest).size());
        // What is retired keeps everything else that its manifest said.
        for (CheckpointManifest first : bench.manifests()) {
            assertThat(newest.get(first.getVersionId()).getOffsets()).isEqualTo(first.getOffsets());
        }
    }

    @Test
    void shouldGoOnFromTheStoreWhenTheMachineIsAnotherOne() throws Exception {
        Bench bench = new Bench("s2.", folder, store);
        CheckpointManifest before = learn(bench, 40, 1);
        assertThat(before.getUri()).isEqualTo("s3://bucket/models/m/" + before.getVersionId());
        Files.move(bench.settings.modelFolder(), folder.resolve("gone with the machine"));

        CheckpointManifest after = learn(bench, 40, 2);

        assertThat(after.getTrainedPairs() + after.getHeldOutPairs()).isEqualTo(72);
        assertThat(loadable(bench)).isEqualTo(unretired(byVersion(bench)).size());
    }

    @Test
    void shouldEndAndHaveAnnouncedNothingWhenTheStoreFails() throws Exception {
        Bench bench = new Bench("s3.", folder, store);
        CheckpointManifest before = learn(bench, 40, 1);
        for (Fault fault : List.of(Fault.CUT, Fault.DENIED, Fault.TRUNCATED)) {
            s3.follow(
                    request -> request.startsWith("PUT") && request.endsWith(Checkpoint.WEIGHTS) ? fault : Fault.NONE);
            Running running = bench.start();
            bench.send(Pairs.some(10, fault.ordinal()));
            await().atMost(LONG).until(running.end::isDone);

            assertThat(running.end.join())
                    .isInstanceOf(PublicationException.class)
                    .hasMessageContaining("The checkpoint could not be stored: s3://bucket/models/m/");
            assertThat(bench.newest()).isEqualTo(before);
            assertThat(loadable(bench)).isEqualTo(unretired(byVersion(bench)).size());
        }
        s3.follow(request -> Fault.NONE);

        CheckpointManifest after = learn(bench, 10, 77);

        assertThat(after.getTrainedPairs() + after.getHeldOutPairs()).isEqualTo(36 + 4 * 9);
        assertThat(bench.nextOffsets(bench.ledger())).isEqualTo(bench.committed());
        assertThat(loadable(bench)).isEqualTo(unretired(byVersion(bench)).size());
    }

    @Test
    void shouldSayTheMendWhenTheStoreForbidsAtTheStart() throws Exception {
        Bench bench = new Bench("s4.", folder, store);
        s3.follow(request -> Fault.DENIED);

        Running running = bench.start();
        await().atMost(LONG).until(running.end::isDone);

        assertThat(running.end.join()).isInstanceOf(UserError.class).hasMessageContaining("give the keys the right");
    }

    @Test
    void shouldDeleteAtTheNextStartWhatWasRetiredWhenDeletingFailed() throws Exception {
        Bench bench = new Bench("s5.", folder, store);
        s3.follow(request -> request.startsWith("DELETE") ? Fault.DENIED : Fault.NONE);
        for (int round = 1; round <= 6; round++) {
            learn(bench, 40, round);
            if (byVersion(bench).values().stream().anyMatch(m -> m.getRetiredAt() != null)) {
                break;
            }
        }
        Map<String, CheckpointManifest> newest = byVersion(bench);
        assertThat(unretired(newest)).hasSizeLessThan(newest.size());
        assertThat(stored()).hasSameSizeAs(newest.keySet()); // the trainer learns on although it cannot delete

        s3.follow(request -> Fault.NONE);
        Running running = bench.start();
        await().atMost(LONG).until(running.trainer::running);
        running.stop();

        assertThat(stored()).containsExactlyInAnyOrderElementsOf(unretired(newest));
        assertThat(entries(bench.settings.modelFolder())).containsExactlyInAnyOrderElementsOf(unretired(newest));
    }

    @Test
    void shouldHavePublishedThatAVersionIsRetiredWhenItsFirstFileGoes() throws Exception {
        Bench bench = new Bench("s9.", folder, store);
        Map<String, Boolean> retiredBefore = new ConcurrentHashMap<>();
        s3.follow(request -> {
            if (request.startsWith("DELETE") && request.endsWith(Checkpoint.MANIFEST)) {
                String version = request.split("/")[4];
                retiredBefore.put(version, byVersion(bench).get(version).getRetiredAt() != null);
            }
            return Fault.NONE;
        });
        for (int round = 1; round <= 6 && retiredBefore.isEmpty(); round++) {
            learn(bench, 40, round);
        }

        assertThat(retiredBefore).isNotEmpty().doesNotContainValue(false);
    }

    @Test
    void shouldDeleteLeftoversAtTheStartButNotWhenNoManifestIsThere() throws Exception {
        Bench bench = new Bench("s6.", folder);
        Path others = Files.createDirectories(bench.settings.modelFolder().resolve("step-00000009-0a0b0c0d"));
        Running empty = bench.start();
        await().atMost(LONG).until(empty.trainer::running);
        empty.stop();
        assertThat(others).exists(); // the topics may be the wrong ones

        CheckpointManifest manifest = learn(bench, 10, 1);
        Files.createDirectory(bench.settings.modelFolder().resolve(".tmp-0a"));
        Running running = bench.start();
        await().atMost(LONG).until(running.trainer::running);
        running.stop();

        assertThat(entries(bench.settings.modelFolder())).containsExactly(manifest.getVersionId());
    }

    @Test
    void shouldEndAndHaveAnnouncedNothingWhenTheFolderCannotBeWritten() throws Exception {
        Bench bench = new Bench("s7.", folder);
        Running running = bench.start();
        await().atMost(LONG).until(running.trainer::running);
        Files.createFile(bench.settings.modelFolder());
        bench.send(Pairs.some(10, 1));
        await().atMost(LONG).until(running.end::isDone);

        assertThat(running.end.join())
                .isInstanceOf(PublicationException.class)
                .hasMessageContaining("The checkpoint could not be written");
        assertThat(bench.manifests()).isEmpty();
    }

    /** A real full disk: a file system in memory, where this test may mount one. */
    @Test
    void shouldEndAndHaveAnnouncedNothingWhenTheDiskIsFull() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString()), "mount is not allowed here");
        try {
            Bench bench = new Bench("s8.", small);
            Running running = bench.start();
            for (int round = 1; round <= 20 && !running.end.isDone(); round++) {
                long before = bench.consumed();
                bench.send(Pairs.some(10, round));
                await().atMost(LONG).until(() -> running.end.isDone() || bench.consumed() >= before + 10);
            }
            await().atMost(LONG).until(running.end::isDone);

            assertThat(running.end.join())
                    .isInstanceOf(PublicationException.class)
                    .hasMessageContainingAll("The checkpoint could not be written", "No space left");
            assertThat(bench.manifests()).isNotEmpty();
            assertThat(loadable(bench)).isEqualTo(unretired(byVersion(bench)).size());

            // With room again it goes on where it was.
            run("mount", "-o", "remount,size=256m", small.toString());
            learn(bench, 10, 99);
            assertThat(bench.nextOffsets(bench.ledger())).isEqualTo(bench.committed());
        } finally {
            run("umount", small.toString());
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** Runs a trainer until it has published some further pairs. */
    private static CheckpointManifest learn(Bench bench, int pairs, int seed) throws Exception {
        long before = bench.consumed();
        Running running = bench.start();
        bench.send(Pairs.some(pairs, seed));
        await().atMost(LONG).until(() -> bench.consumed() >= before + pairs);
        running.stop();
        return bench.newest();
    }

    private static void pin(Bench bench, String version) throws Exception {
        ModelAlias pin = ModelAlias.newBuilder()
                .setModelId("m")
                .setAlias("keep-this")
                .setVersionId(version)
                .setChangedBy("a test")
                .setChangedAt(Instant.parse("2026-01-01T00:00:00Z"))
                .build();
        Records.send(bench.kafka, bench.topics.models().name(), "m/keep-this", pin);
    }

    private static Map<String, CheckpointManifest> byVersion(Bench bench) {
        Map<String, CheckpointManifest> newest = new LinkedHashMap<>();
        bench.manifests().forEach(manifest -> newest.put(manifest.getVersionId(), manifest));
        return newest;
    }

    private static List<String> unretired(Map<String, CheckpointManifest> manifests) {
        return manifests.values().stream()
                .filter(manifest -> manifest.getRetiredAt() == null)
                .map(CheckpointManifest::getVersionId)
                .toList();
    }

    /** How many manifests that are not retired have files that a scorer elsewhere can load; fails if one has not. */
    private int loadable(Bench bench) throws Exception {
        int count = 0;
        try (CheckpointFetcher scorer = new CheckpointFetcher(store, Files.createTempDirectory(folder, "scorer"))) {
            for (CheckpointManifest manifest : byVersion(bench).values()) {
                if (manifest.getRetiredAt() == null) {
                    assertThat(scorer.fetch(manifest.getUri(), manifest.getSha256())
                                    .versionId())
                            .isEqualTo(manifest.getVersionId());
                    count++;
                }
            }
        }
        return count;
    }

    private List<String> stored() {
        return s3.objects().keySet().stream()
                .map(key -> key.split("/")[2])
                .distinct()
                .toList();
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
