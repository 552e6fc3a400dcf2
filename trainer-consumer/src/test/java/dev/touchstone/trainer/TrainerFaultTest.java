package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.RegistryProcess;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.Bench.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the trainer does when what it stands on breaks: it goes on from what is whole, or ends and announces nothing. */
@OnTestCluster
class TrainerFaultTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "learner.bin", "training_state.safetensors"})
    void shouldGoOnFromTheParentWhenAFileIsCutOff(String file) throws Exception {
        Bench bench = new Bench("f-" + file + ".", folder);
        CheckpointManifest parent = learn(bench, 30, 1);
        CheckpointManifest cutOff = learn(bench, 10, 2);
        Path damaged = Path.of(URI.create(cutOff.getUri())).resolve(file);
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length / 2));

        CheckpointManifest next = learn(bench, 10, 3);

        assertThat(bench.manifests())
                .filteredOn(m -> m.getCreatedAt().isAfter(cutOff.getCreatedAt()))
                .first()
                .extracting(CheckpointManifest::getParent)
                .isEqualTo(cutOff.getParent());
        assertThat(parent.getStep()).isLessThanOrEqualTo(next.getStep());
        assertThat(next.getTrainedPairs() + next.getHeldOutPairs()).isEqualTo(27 + 9 + 9);
    }

    @Test
    void shouldPassOverARecordThatIsNoWholeManifest() throws Exception {
        Bench bench = new Bench("f-manifest-record.", folder);
        CheckpointManifest newest = learn(bench, 20, 1);
        String topic = bench.topics.checkpoints().name();
        byte[] whole = bench.kafka.valueSerializer().serialize(topic, newest);
        byte[] key = ("m/" + newest.getVersionId() + "x").getBytes(StandardCharsets.UTF_8);
        Records.sendBytes(bench.kafka, topic, key, Arrays.copyOf(whole, whole.length / 2));

        Running running = bench.start();
        bench.send(Pairs.some(10, 2));
        await().atMost(LONG).until(() -> bench.published(30));
        running.stop();

        assertThat(Records.readAll(bench.kafka, topic)).hasSizeGreaterThan(2);
        assertThat(bench.nextOffsets(bench.ledger()))
                .as("no pair is learnt twice")
                .isNotEmpty();
    }

    @Test
    void shouldEndAndAnnounceNothingWhenTheRegistryStaysAway() throws Exception {
        Bench bench = new Bench("f-registry.", folder);
        bench.send(Pairs.some(20, 1));
        KafkaSettings away = bench.kafka
                .with("schema.registry.url", RegistryProcess.url(Ports.free()))
                .with(RegistryClient.WAIT_MS, "1000");

        Running running = new Running(new Trainer(away, bench.settings, Clock.systemUTC(), new SimpleMeterRegistry()));
        await().atMost(LONG).until(running.end::isDone);

        assertThat(running.end.join())
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.url");
        assertThat(bench.manifests()).isEmpty();
        assertThat(bench.committed()).isEmpty();
    }

    @Test
    void shouldEndAndAnnounceNothingWhenTheLossIsNoNumberAnyMore() throws Exception {
        Bench bench = new Bench("f-loss.", folder.resolve("models"), HopelessModel.in(folder, 0));
        bench.send(Pairs.some(100, 1));

        Running running = bench.start();
        await().atMost(LONG).until(running.end::isDone);

        assertThat(running.end.join()).isInstanceOf(IllegalStateException.class).hasMessageContaining("not finite");
        assertThat(bench.manifests()).isEmpty();
        assertThat(bench.committed()).isEmpty();
    }

    private static CheckpointManifest learn(Bench bench, int pairs, long seed) throws Exception {
        long before = bench.manifests().isEmpty() ? 0 : records(bench.newest());
        Running running = bench.start();
        bench.send(Pairs.some(pairs, seed));
        await().atMost(LONG)
                .until(() -> !bench.manifests().isEmpty() && records(bench.newest()) >= before + pairs * 9L / 10);
        running.stop();
        return bench.newest();
    }

    /** Pairs that the lineage has taken; ties are not among them. */
    private static long records(CheckpointManifest manifest) {
        return manifest.getTrainedPairs() + manifest.getHeldOutPairs();
    }
}
