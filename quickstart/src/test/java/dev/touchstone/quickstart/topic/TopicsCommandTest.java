package dev.touchstone.quickstart.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.quickstart.CommandRun;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code ./touchstone topics} on a real broker and registry. */
@OnTestCluster
class TopicsCommandTest {
    private static final KafkaSettings KAFKA = TestCluster.shared().settings();
    private static final String PREFIX = "wide.";

    @Test
    void shouldSayWhatIsThereWhenTopicsHaveAnotherNumberOfPartitions() {
        assertThat(create("2").exitCode()).isZero();
        assertThat(new TopicAdmin(KAFKA, Duration.ofSeconds(30)).partitions(new TopicCatalogue(PREFIX)))
                .containsEntry("wide.pairs", 2)
                .containsEntry("wide.models", 1);
        assertThat(create("2").exitCode()).isZero();
        assertThat(CommandRun.on(KAFKA, PREFIX, "topics", "--create").exitCode())
                .isZero();

        CommandRun other = create("3");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .startsWith("wide.pairs was there already, with 2 partitions and not 3")
                .hasLineCount(1);
        assertThat(create("0").err()).contains("use at least 1");
    }

    private static CommandRun create(String partitions) {
        return CommandRun.on(KAFKA, PREFIX, "topics", "--create", "--partitions", partitions);
    }
}
