package dev.touchstone.scorer.stream;

import static dev.touchstone.scorer.Fixtures.MODEL;
import static dev.touchstone.scorer.Fixtures.champion;
import static dev.touchstone.scorer.Fixtures.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.scorer.Checkpoints;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.scorer.MovableClock;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.ScriptedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelLoadException;
import dev.touchstone.scorer.model.ModelLoader;
import dev.touchstone.scorer.model.RewardModelLoader;
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.ScoredBatch;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.SuppliedCritique;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
import dev.touchstone.store.CheckpointFetcher;
import dev.touchstone.store.CheckpointStore;
import dev.touchstone.store.StoreSettings;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.s3.FakeS3;
import dev.touchstone.testkit.topics.Records;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The follower on a real broker and a real registry; with real checkpoints where files matter. */
@OnTestCluster
class ModelFollowerTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final AtomicInteger PREFIX = new AtomicInteger();
    private static final List<Candidate> ONE = List.of(Candidate.of(
            List.of(new Message("user", "What is 2 plus 2?")),
            "It is 4.",
            new SuppliedCritique("The answer is right.", null, null),
            ""));

    private final KafkaSettings settings = TestCluster.shared().settings();
    private final TopicCatalogue topics = TestCluster.shared().topics("follow" + PREFIX.incrementAndGet() + ".");
    private final ScoringEngine engine = new ScoringEngine(100, 1, new ScorerMetrics(new SimpleMeterRegistry()));
    private final MovableClock clock = new MovableClock(Fixtures.NOW);
    private final List<String> loaded = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable TopicTail tail;

    @TempDir
    private Path folder;

    @AfterEach
    void stop() throws InterruptedException {
        if (tail != null) {
            tail.close();
        }
        for (Thread thread : threads) {
            thread.join(LIMIT.toMillis());
        }
        engine.close();
    }

    @Test
    void shouldLoadOnlyTheNewestChampionWhenThereIsAHistory() {
        for (int i = 1; i <= 5; i++) {
            publish(manifest("v" + i, i, "file:///none", "sha"));
            publish(champion("v" + i));
        }
        publish(ModelAlias.newBuilder(champion("v1")).setModelId("other").build());
        publish(ModelAlias.newBuilder(champion("v2")).setAlias("previous").build());
        Records.sendBytes(settings, topics.models().name(), bytes(MODEL + "/pin"), bytes("no avro"));
        start(ScriptedModel.LOADER);
        awaitVersion("v5");
        assertThat(loaded).containsExactly("v5");
        publish(manifest("v6", 6, "file:///none", "sha"));
        publish(champion("v6"));
        awaitVersion("v6");
    }

    @Test
    void shouldWaitForTheManifestWhenTheAliasIsFirst() {
        ModelFollower follower = start(ScriptedModel.LOADER);
        publish(champion("v1"));
        await().atMost(LIMIT).until(() -> follower.problem().isPresent());
        assertThat(follower.problem().orElseThrow()).contains("v1").contains("no manifest");
        publish(manifest("v1", 1, "file:///none", "sha"));
        awaitVersion("v1");
        await().atMost(LIMIT).until(() -> follower.problem().isEmpty());
    }

    @Test
    void shouldServeTheVersionThatTheConfigurationNamesWhateverIsChampion() {
        publish(manifest("v1", 1, "file:///none", "sha"));
        publish(manifest("v2", 2, "file:///none", "sha"));
        publish(champion("v2"));
        ModelFollower follower = start(ScriptedModel.LOADER, "v1");
        awaitVersion("v1");
        publish(champion("v1"));
        publish(champion("v2"));
        publish(manifest("v3", 3, "file:///none", "sha"));
        await().atMost(LIMIT)
                .ignoreException(VersionUnavailableException.class)
                .until(() -> follower.resolve("v3").versionId().equals("v3"));
        assertThat(version()).isEqualTo("v1");
        assertThat(loaded).containsExactly("v1");
    }

    @Test
    void shouldBringWhatIsAskedForByVersionOrAliasOfAnyModel() throws Exception {
        publish(manifest("v1", 1, "file:///none", "sha"));
        publish(manifest("v2", 2, "file:///none", "sha"));
        CheckpointManifest plain = CheckpointManifest.newBuilder(manifest("v9", 9, "file:///none", "sha"))
                .setModelId("plain")
                .build();
        Records.send(settings, topics.checkpoints().name(), "plain/v9", plain);
        publish(ModelAlias.newBuilder(champion("v9")).setModelId("plain").build());
        publish(ModelAlias.newBuilder(champion("v2")).setAlias("ppo-phase-3").build());
        publish(champion("v1"));
        ModelFollower follower = start(ScriptedModel.LOADER);
        awaitVersion("v1");
        assertThat(logit(follower, "v2")).isEqualTo(2);
        assertThat(logit(follower, "ppo-phase-3")).isEqualTo(2);
        assertThat(logit(follower, "champion")).isEqualTo(1);
        assertThat(loaded).containsExactly("v1", "v2");
        assertThat(logit(follower, "plain/champion")).isEqualTo(9);
        assertThat(logit(follower, MODEL + "/v2")).isEqualTo(2);
        assertThat(loaded).as("one place").containsExactly("v1", "v2", "v9", "v2");
        assertThat(version()).isEqualTo("v1");
    }

    @Test
    void shouldSayWhyWhenAVersionThatIsAskedForCannotBeHad() throws Exception {
        publish(manifest("v1", 1, "file:///none", "sha"));
        publish(manifest("v2", 2, "file:///gone", "sha"));
        publish(champion("v1"));
        ModelFollower follower = start(manifest -> {
            if (manifest.getVersionId().equals("v2")) {
                throw new ModelLoadException("its files are gone.");
            }
            return ScriptedModel.LOADER.load(manifest);
        });
        awaitVersion("v1");
        assertThatThrownBy(() -> follower.resolve("v3"))
                .isInstanceOf(VersionUnavailableException.class)
                .hasMessageContaining("'v3'")
                .hasMessageContaining("models list");
        VersionKey broken = follower.resolve("v2");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> follower.require(broken, LIMIT))
                    .isInstanceOfSatisfying(
                            VersionUnavailableException.class,
                            e -> assertThat(e.because()).isEqualTo(VersionUnavailableException.Because.BROKEN))
                    .hasMessage("The version v2 cannot be served: its files are gone.");
        }
        assertThat(loaded).as("not tried again at once").containsExactly("v1", "v2");
        clock.advance(Duration.ofSeconds(31));
        assertThatThrownBy(() -> follower.require(broken, LIMIT)).isInstanceOf(VersionUnavailableException.class);
        assertThat(loaded).containsExactly("v1", "v2", "v2");
    }

    @Test
    void shouldKeepTheOldVersionWhenTheHashOfTheNewOneDiffers() throws Exception {
        CheckpointManifest good = Checkpoints.write(folder, 1);
        CheckpointManifest bad = Checkpoints.write(folder, 2);
        ModelFollower follower = start(loader());
        publish(good);
        publish(champion(good.getVersionId()));
        awaitVersion(good.getVersionId());
        publish(CheckpointManifest.newBuilder(bad).setSha256("0".repeat(64)).build());
        publish(champion(bad.getVersionId()));
        await().atMost(LIMIT).until(() -> follower.problem().isPresent());
        assertThat(follower.problem().orElseThrow()).contains("sha256").contains("0".repeat(64));
        assertThat(score().model().versionId()).isEqualTo(good.getVersionId());

        Files.writeString(Path.of(URI.create(bad.getUri())).resolve("config.json"), "{}");
        publish(bad);
        await().atMost(LIMIT).until(() -> follower.problem().orElse("").contains("is not what was written"));
        assertThat(score().model().versionId()).isEqualTo(good.getVersionId());
    }

    @Test
    void shouldGoOnServingWhenFilesHaveGone() throws Exception {
        CheckpointManifest first = Checkpoints.write(folder.resolve("one"), 1);
        CheckpointManifest second = Checkpoints.write(folder.resolve("two"), 2);
        ModelFollower follower = start(loader());
        publish(first);
        publish(champion(first.getVersionId()));
        awaitVersion(first.getVersionId());
        double before = score().outcomes().get(0).logit();

        Files.move(folder.resolve("one"), folder.resolve("gone"));
        Files.move(folder.resolve("two"), folder.resolve("away"));
        publish(second);
        publish(champion(second.getVersionId()));
        await().atMost(LIMIT).until(() -> follower.problem().isPresent());
        assertThat(follower.problem().orElseThrow()).contains("missing");
        assertThat(score().outcomes().get(0).logit()).isEqualTo(before);

        // The files come back: the version is tried again after a while.
        Files.move(folder.resolve("away"), folder.resolve("two"));
        clock.advance(Duration.ofMinutes(1));
        awaitVersion(second.getVersionId());
        await().atMost(LIMIT).until(() -> follower.problem().isEmpty()); // it is withdrawn once the version serves
        assertThat(score().outcomes().get(0).logit()).isNotEqualTo(before);
    }

    @Test
    void shouldGoOnServingWhenTheAliasIsRemoved() {
        publish(manifest("v1", 1, "file:///none", "sha"));
        publish(champion("v1"));
        start(ScriptedModel.LOADER);
        awaitVersion("v1");
        Records.sendBytes(settings, topics.models().name(), bytes(MODEL + "/champion"), null);
        publish(manifest("v2", 2, "file:///none", "sha"));
        publish(ModelAlias.newBuilder(champion("v2")).setModelId("other").build());
        await().during(Duration.ofSeconds(2))
                .atMost(LIMIT)
                .until(() -> version().equals("v1"));
    }

    @Test
    void shouldServeFromAStoreAndKeepTheOldVersionWhenTheStoreFails() throws Exception {
        System.setProperty("aws.accessKeyId", "key-of-a-test");
        System.setProperty("aws.secretAccessKey", "secret-of-a-test");
        try (FakeS3 s3 = FakeS3.start()) {
            StoreSettings store = StoreSettings.of(
                    Optional.of("s3://bucket/models"), Optional.of(s3.endpoint()), Optional.empty(), Optional.empty());
            CheckpointManifest first = upload(store, Checkpoints.write(folder.resolve("trainer"), 1));
            CheckpointManifest second = upload(store, Checkpoints.write(folder.resolve("trainer"), 2));
            Path cache = folder.resolve("fetched");
            ModelFollower follower =
                    start(new RewardModelLoader(1, Compute.cpu(), new CheckpointFetcher(store, cache)));
            publish(first);
            publish(champion(first.getVersionId()));
            awaitVersion(first.getVersionId());

            s3.follow(request -> FakeS3.Fault.DENIED);
            publish(second);
            publish(champion(second.getVersionId()));
            await().atMost(LIMIT).until(() -> follower.problem().isPresent());
            assertThat(follower.problem().orElseThrow()).contains("403").contains("give the keys the right");
            assertThat(score().model().versionId()).isEqualTo(first.getVersionId());

            s3.follow(request -> FakeS3.Fault.NONE);
            clock.advance(Duration.ofMinutes(1));
            awaitVersion(second.getVersionId());
            assertThat(cache.resolve(second.getVersionId())).isDirectory();
        }
    }

    @Test
    void shouldRefuseWhenAManifestIsRetired() throws Exception {
        CheckpointManifest good = Checkpoints.write(folder, 1);
        ModelFollower follower = start(loader());
        publish(CheckpointManifest.newBuilder(good).setRetiredAt(Instant.EPOCH).build());
        publish(champion(good.getVersionId()));
        await().atMost(LIMIT)
                .until(() -> follower.problem().orElse("").contains("was retired at 1970-01-01T00:00:00Z"));
        publish(good);
        awaitVersion(good.getVersionId());
    }

    private RewardModelLoader loader() {
        return new RewardModelLoader(
                1, Compute.cpu(), new CheckpointFetcher(StoreSettings.DIRECTORY, folder.resolve("fetched")));
    }

    private static CheckpointManifest upload(StoreSettings settings, CheckpointManifest manifest) throws Exception {
        Path files = Path.of(URI.create(manifest.getUri()));
        try (CheckpointStore store = CheckpointStore.open(settings, files.getParent(), MODEL)) {
            URI uri = store.put(new Checkpoint.Written(files, manifest.getVersionId(), manifest.getSha256()));
            return CheckpointManifest.newBuilder(manifest)
                    .setUri(uri.toString())
                    .build();
        }
    }

    private ModelFollower start(ModelLoader loader) {
        return start(loader, Aliases.CHAMPION);
    }

    private ModelFollower start(ModelLoader loader, String serve) {
        ModelLoader counting = manifest -> {
            loaded.add(manifest.getVersionId());
            return loader.load(manifest);
        };
        ModelFollower follower = new ModelFollower(settings, topics, MODEL, serve, counting, engine, clock);
        tail = new TopicTail(
                settings,
                Map.of(
                        topics.models().name(),
                        TopicTail.ALL,
                        topics.checkpoints().name(),
                        TopicTail.ALL),
                follower);
        Thread thread = new Thread(tail, "follower");
        thread.start();
        threads.add(thread);
        return follower;
    }

    private ScoredBatch score() {
        return engine.score(null, ONE).join();
    }

    private double logit(ModelFollower follower, String name) throws InterruptedException {
        VersionKey version = follower.resolve(name);
        follower.require(version, LIMIT);
        return engine.score(version, ONE).join().outcomes().get(0).logit();
    }

    private String version() {
        return engine.serving().map(ModelInfo::versionId).orElse("none");
    }

    private void awaitVersion(String version) {
        await().atMost(LIMIT).until(() -> version().equals(version));
    }

    private void publish(CheckpointManifest manifest) {
        Records.send(settings, topics.checkpoints().name(), MODEL + "/" + manifest.getVersionId(), manifest);
    }

    private void publish(ModelAlias alias) {
        Records.send(settings, topics.models().name(), alias.getModelId() + "/" + alias.getAlias(), alias);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
