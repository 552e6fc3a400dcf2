package dev.touchstone.critique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.state.Valve;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@OnTestCluster
class ValvedConsumerTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Valve valve = new Valve();
    private final List<String> read = new ArrayList<>();

    @Test
    void shouldFetchFromAPartitionOnlyWhenNeitherTheValveNorKafkaStreamsHasShutIt() {
        var topics = CLUSTER.topics("valve.");
        TopicPartition first = new TopicPartition(topics.deadLetters().name(), 0);
        TopicPartition second = new TopicPartition(topics.trainingLedger().name(), 0);
        try (ValvedConsumer consumer = new ValvedConsumer(CLUSTER.settings().byteConsumer(), valve)) {
            consumer.assign(List.of(first, second));
            consumer.seekToBeginning(List.of(first, second));
            valve.set(first, true);
            send(first, "a");
            send(second, "b");
            until(consumer, "b");

            valve.set(first, false);
            until(consumer, "b", "a");

            consumer.pause(List.of(second));
            send(second, "c");
            send(first, "d");
            until(consumer, "b", "a", "d");

            valve.set(second, true);
            consumer.resume(List.of(second));
            send(first, "e");
            until(consumer, "b", "a", "d", "e");

            valve.set(second, false);
            until(consumer, "b", "a", "d", "e", "c");
        }
    }

    /** Polls until so much has been read, and a little longer, in case there is more than there should be. */
    private void until(ValvedConsumer consumer, String... values) {
        await().atMost(LIMIT).until(() -> {
            poll(consumer);
            return read.size() >= values.length;
        });
        for (int i = 0; i < 5; i++) {
            poll(consumer);
        }
        assertThat(read).containsExactly(values);
    }

    private void poll(ValvedConsumer consumer) {
        consumer.poll(Duration.ofMillis(100))
                .forEach(record -> read.add(new String(record.value(), StandardCharsets.UTF_8)));
    }

    private static void send(TopicPartition partition, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        Records.sendBytes(CLUSTER.settings(), partition.topic(), bytes, bytes);
    }
}
