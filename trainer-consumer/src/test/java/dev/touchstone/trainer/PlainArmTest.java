package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.topics.Records;
import dev.touchstone.trainer.Bench.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnTestCluster
class PlainArmTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int PAIRS = 120;
    /** Of these the tests' pairs have as many ties. */
    private static final int TIES = 12;

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldLearnTheSamePairsWithoutCritiquesBesideTheModel() throws Exception {
        Bench bench = new Bench("plain1.", folder);
        Running model = bench.start();
        Running plain = new Running(
                new Trainer(bench.kafka, bench.settings.plainArm(), Clock.systemUTC(), new SimpleMeterRegistry()));
        bench.send(Pairs.some(PAIRS, 1));
        await().atMost(LONG).until(() -> finished(bench, "m") && finished(bench, "m.plain"));
        model.stop();
        plain.stop();

        CheckpointManifest read = newest(bench, "m").orElseThrow();
        CheckpointManifest bare = newest(bench, "m.plain").orElseThrow();
        assertThat(bare.getTrainedPairs()).isEqualTo(read.getTrainedPairs());
        assertThat(bare.getHeldOutPairs()).isEqualTo(read.getHeldOutPairs());
        assertThat(read.getCriticModel()).isEqualTo("rubric");
        assertThat(bare.getCriticModel()).isNull();
        assertThat(bare.getMetrics().get("heldOutAccuracy"))
                .isEqualTo(bare.getMetrics().get("heldOutAccuracyWithoutCritique"));
    }

    private static boolean finished(Bench bench, String model) {
        return newest(bench, model)
                .filter(m -> m.getTrainedPairs() + m.getHeldOutPairs() == PAIRS - TIES)
                .isPresent();
    }

    private static Optional<CheckpointManifest> newest(Bench bench, String model) {
        return Records.readAll(bench.kafka, bench.topics.checkpoints().name(), CheckpointManifest.class).stream()
                .filter(m -> m.getModelId().equals(model))
                .reduce((a, b) -> b);
    }
}
