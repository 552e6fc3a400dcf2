package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.ModelAction;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.Rights;
import dev.touchstone.testkit.cluster.SecuredCluster;
import dev.touchstone.testkit.topics.Records;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer as a user that has only the rights which docs/security.md lists. */
@EmbeddedOnly("logs in at a broker that grants rights")
class AclTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldPublishAndAnswerWhenItHasTheRightsOfTheTable() throws Exception {
        Bench bench = new Bench("acl.", folder);
        try (SecuredCluster cluster = SecuredCluster.start()) {
            TopicCatalogue topics = cluster.topics("acl.");
            Rights.of("trainer", "acl.").grant(cluster.admin(), SecuredCluster.USER);
            for (CritiquedPair pair : Pairs.some(40, 1)) {
                Records.send(
                        cluster.admin(),
                        topics.critiquedPairs().name(),
                        pair.getPair().getPairId().toString(),
                        pair);
            }
            Bench.Running running = new Bench.Running(
                    new Trainer(cluster.user(), bench.settings, Clock.systemUTC(), new SimpleMeterRegistry()));
            await().atMost(LIMIT).until(() -> {
                assertThat(running.end).isNotCompleted();
                return !Records.readAll(cluster.admin(), topics.checkpoints().name(), CheckpointManifest.class)
                        .isEmpty();
            });
            UUID asked = UUID.randomUUID();
            Records.send(
                    cluster.admin(),
                    topics.modelRequests().name(),
                    bench.settings.modelId(),
                    ModelRequest.newBuilder()
                            .setRequestId(asked)
                            .setModelId(bench.settings.modelId())
                            .setAction(ModelAction.UNPIN)
                            .setReason("A test asks.")
                            .setRequestedBy("test")
                            .setRequestedAt(Clock.systemUTC().instant())
                            .build());
            await().atMost(LIMIT).until(() -> {
                assertThat(running.end).isNotCompleted();
                return Records.readAll(cluster.admin(), topics.modelAnswers().name(), ModelAnswer.class).stream()
                        .anyMatch(answer -> answer.getRequestId().equals(asked));
            });
            running.stop();
        }
    }
}
