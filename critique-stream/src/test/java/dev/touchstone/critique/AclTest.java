package dev.touchstone.critique;

import static dev.touchstone.critique.LiveStream.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.Rights;
import dev.touchstone.testkit.cluster.SecuredCluster;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.topics.Records;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a user that has only the rights which docs/security.md lists. */
@EmbeddedOnly("logs in at a broker that grants rights")
class AclTest {
    @TempDir
    Path folder;

    @Test
    void shouldCritiqueWhenItHasTheRightsOfTheTable() throws Exception {
        try (SecuredCluster cluster = SecuredCluster.start();
                FakeLlm llm = FakeLlm.start(call -> FakeLlm.answer(FakeLlm.critique("It is fine.")))) {
            TopicCatalogue topics = cluster.topics("acl.");
            Rights.of("critique-stream", "acl.").grant(cluster.admin(), SecuredCluster.USER);
            Records.send(
                    cluster.admin(),
                    topics.pairs().name(),
                    LiveStream.id(1).toString(),
                    LiveStream.pair(1, "question"));
            Records.send(
                    cluster.admin(),
                    topics.completions().name(),
                    LiveStream.id(2).toString(),
                    LiveStream.completion(2, "task"));
            CritiqueStream stream =
                    LiveStream.stream(cluster.user(), topics, llm.baseUrl(), Limits.inFlight(4), 3, folder);
            try (LiveStream.Running running = LiveStream.Running.of(stream)) {
                await().atMost(LIMIT).until(() -> {
                    assertThat(running.stream.isAlive()).isTrue();
                    return Records.readAll(
                                                    cluster.admin(),
                                                    topics.critiquedPairs().name(),
                                                    CritiquedPair.class)
                                            .size()
                                    == 1
                            && Records.readAll(
                                                    cluster.admin(),
                                                    topics.critiquedCompletions()
                                                            .name(),
                                                    CritiquedCompletion.class)
                                            .size()
                                    == 1;
                });
            }
        }
    }
}
