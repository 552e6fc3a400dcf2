package dev.touchstone.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.Rights;
import dev.touchstone.testkit.cluster.SecuredCluster;
import dev.touchstone.testkit.topics.Records;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The scorer as a user that has only the rights which docs/security.md lists. */
@EmbeddedOnly("logs in at a broker that grants rights")
class AclTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static SecuredCluster cluster;

    @BeforeAll
    static void start() {
        cluster = SecuredCluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void shouldRewardAndShowLagsWhenItHasTheRightsOfTheTable() {
        TopicCatalogue topics = cluster.topics("acl.");
        Rights.of("scorer", "acl.").grant(cluster.admin(), SecuredCluster.USER);
        Rights.of("page", "acl.").grant(cluster.admin(), SecuredCluster.USER);
        publish(topics);
        try (ScorerCore core = core("acl.")) {
            core.start();
            awaitReward(core, topics);
            await().atMost(LIMIT).until(() -> core.dashboard().toString().contains("service=scorer, topic="));
            assertThat(core.failure()).isNotCompleted();
        }
    }

    @Test
    void shouldNeedNoRightOfThePageWhenItHasNone() {
        TopicCatalogue topics = cluster.topics("bare.");
        Rights.of("scorer", "bare.").grant(cluster.admin(), SecuredCluster.USER);
        publish(topics);
        try (ScorerCore core = core("bare.", false)) {
            core.start();
            awaitReward(core, topics);
            assertThat(core.failure()).isNotCompleted();
            assertThat(core.status().newest()).isEmpty();
            assertThatThrownBy(core::dashboard)
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("touchstone.page=true");
        }
    }

    @Test
    void shouldEndWithOneSentenceWhenARightIsMissing() throws Exception {
        TopicCatalogue topics = cluster.topics("less.");
        try (ScorerCore core = core("less.")) {
            core.start();
            assertThat(core.failure().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("or this user may not see them");
        }
        Rights.of("scorer", "less.").without(ResourceType.TRANSACTIONAL_ID).grant(cluster.admin(), SecuredCluster.USER);
        Rights.of("page", "less.").grant(cluster.admin(), SecuredCluster.USER);
        publish(topics);
        try (ScorerCore core = core("less.")) {
            core.start();
            assertThat(core.failure().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("docs/security.md");
        }
    }

    private static void publish(TopicCatalogue topics) {
        Records.send(
                cluster.admin(),
                topics.checkpoints().name(),
                Fixtures.MODEL + "/v1",
                Fixtures.manifest("v1", 1, "file:/none", "sha-v1"));
        Records.send(cluster.admin(), topics.models().name(), Fixtures.MODEL + "/champion", Fixtures.champion("v1"));
        Records.send(
                cluster.admin(),
                topics.critiquedCompletions().name(),
                Fixtures.id(1).toString(),
                Fixtures.critiqued(1, "It is 4."));
    }

    private static void awaitReward(ScorerCore core, TopicCatalogue topics) {
        await().atMost(LIMIT).until(() -> {
            assertThat(core.failure()).isNotCompleted();
            return Records.readAll(cluster.admin(), topics.rewards().name(), Reward.class)
                            .size()
                    == 1;
        });
    }

    private static ScorerCore core(String prefix) {
        return core(prefix, true);
    }

    private static ScorerCore core(String prefix, boolean page) {
        return new ScorerCore(
                new ScorerSettings(cluster.user(), prefix, Fixtures.MODEL, Aliases.CHAMPION, 2, "1", 100, page),
                ScriptedModel.LOADER,
                new ScorerMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC());
    }
}
