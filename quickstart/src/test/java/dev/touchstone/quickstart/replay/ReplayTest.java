package dev.touchstone.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Dead letters written by hand, on a real broker. */
@OnTestCluster
class ReplayTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final Instant DIED = Instant.parse("2024-01-01T10:00:00Z");
    private static final Choice ALL = new Choice(Set.of(), null, null, null, Long.MAX_VALUE);

    private TopicCatalogue topics;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void makeTopics(TestInfo test) {
        topics = CLUSTER.topics(test.getTestMethod().orElseThrow().getName() + ".");
        producer = new KafkaProducer<>(CLUSTER.settings().byteProducer());
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void shouldSendTheOriginalRecordToItsPartitionWhenALetterIsChosen() throws Exception {
        Headers original = new RecordHeaders();
        original.add("traceparent", bytes("00-1-2-01"));
        original.add("twice", bytes("a"));
        original.add("twice", null);
        // It was sent back before, and died again.
        original.add(Replay.REPLAYED_FROM, bytes("older-0-1"));
        dead(topics.pairs().name(), 3, "key", "value", original, DeadLetterReason.CRITIC_REFUSED, DIED);
        dead(topics.completions().name(), 2, null, null, new RecordHeaders(), DeadLetterReason.UNDECODABLE, DIED);

        List<Long> told = new ArrayList<>();
        ReplayReport report = replay().run(ALL, false, (done, total, sent) -> told.add(sent));

        assertThat(report.sent())
                .isEqualTo(Map.of(
                        topics.pairs().name(), Map.of("CRITIC_REFUSED", 1L),
                        topics.completions().name(), Map.of("UNDECODABLE", 1L)));
        assertThat(report.total()).isEqualTo(2);
        assertThat(report.limited()).isFalse();
        assertThat(report.skipped()).isEmpty();
        assertThat(told).last().isEqualTo(2L);
        assertThat(Records.readAll(CLUSTER.settings(), topics.pairs().name()))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.partition()).isEqualTo(3);
                    assertThat(record.key()).isEqualTo(bytes("key"));
                    assertThat(record.value()).isEqualTo(bytes("value"));
                    assertThat(headers(record))
                            .containsExactly(
                                    "traceparent=00-1-2-01",
                                    "twice=a",
                                    "twice=null",
                                    "replayed-from=" + topics.deadLetters().name() + "-0-0");
                });
        assertThat(Records.readAll(CLUSTER.settings(), topics.completions().name()))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.partition()).isEqualTo(2);
                    assertThat(record.key()).isNull();
                    assertThat(record.value()).isNull();
                });
    }

    @Test
    void shouldSendOnlyWhatIsChosenWhenThereAreReasonsTimesAndTopics() throws Exception {
        String pairs = topics.pairs().name();
        for (int hour = 0; hour < 6; hour++) {
            Instant at = DIED.plusSeconds(3600L * hour);
            dead(pairs, 0, "k", "refused" + hour, new RecordHeaders(), DeadLetterReason.CRITIC_REFUSED, at);
            dead(pairs, 0, "k", "invalid" + hour, new RecordHeaders(), DeadLetterReason.INVALID, at);
            dead(topics.completions().name(), 0, "k", "c" + hour, new RecordHeaders(), DeadLetterReason.INVALID, at);
        }
        replay(new Choice(Set.of(DeadLetterReason.CRITIC_REFUSED), null, null, null, 2));
        assertThat(values(pairs)).containsExactly("refused0", "refused1");

        replay(new Choice(Set.of(), DIED.plusSeconds(3600), DIED.plusSeconds(7200), pairs, Long.MAX_VALUE));
        assertThat(values(pairs)).containsExactly("refused0", "refused1", "refused1", "invalid1");

        replay(new Choice(
                Set.of(DeadLetterReason.CRITIC_REFUSED, DeadLetterReason.INVALID),
                DIED.plusSeconds(5 * 3600),
                null,
                null,
                Long.MAX_VALUE));
        assertThat(values(pairs)).endsWith("refused5", "invalid5").hasSize(6);
        assertThat(values(topics.completions().name())).containsExactly("c5");

        assertThat(replay(new Choice(Set.of(), DIED.plusSeconds(999_999), null, null, Long.MAX_VALUE))
                        .total())
                .isZero();
    }

    @Test
    void shouldSaySoWhenTheLimitLeavesLettersBehind() throws Exception {
        for (int i = 0; i < 3; i++) {
            dead(topics.pairs().name(), 0, "k", "v", new RecordHeaders(), DeadLetterReason.INVALID, DIED);
        }
        Choice two = new Choice(Set.of(), null, null, null, 2);
        assertThat(replay(two).limited()).isTrue();
        Choice three = new Choice(Set.of(), null, null, null, 3);
        assertThat(replay(three).limited()).isFalse();
    }

    @Test
    void shouldSendNothingWhenItIsADryRun() throws Exception {
        dead(topics.pairs().name(), 0, "k", "v", new RecordHeaders(), DeadLetterReason.INVALID, DIED);
        ReplayReport report = replay().run(ALL, true, (done, total, sent) -> {});
        assertThat(report.total()).isEqualTo(1);
        assertThat(report.report(true)).containsEntry("dryRun", true).containsEntry("total", 1L);
        assertThat(values(topics.pairs().name())).isEmpty();
    }

    @Test
    void shouldSkipALetterWhenItIsNotClearWhereItIsFrom() throws Exception {
        // A topic that steers the scorer, one of somebody else, a partition that is none, and no headers at all.
        dead(topics.models().name(), 0, "k", "v", new RecordHeaders(), DeadLetterReason.INVALID, DIED);
        dead("somebody.elses", 0, "k", "v", new RecordHeaders(), DeadLetterReason.INVALID, DIED);
        dead(topics.pairs().name(), 4, "k", "v", new RecordHeaders(), DeadLetterReason.INVALID, DIED);
        producer.send(new ProducerRecord<>(topics.deadLetters().name(), bytes("k"), bytes("v")))
                .get();

        ReplayReport report = replay(ALL);
        assertThat(report.total()).isZero();
        assertThat(report.skipped())
                .isEqualTo(Map.of(
                        "from a topic that nothing is sent back to", 2L,
                        "from a partition that does not exist", 1L,
                        "without the headers that say where it is from", 1L));
        for (TopicCatalogue.Topic topic : topics.all()) {
            if (!topic.name().equals(topics.deadLetters().name())) {
                assertThat(values(topic.name())).isEmpty();
            }
        }
    }

    private Replay replay() {
        return new Replay(CLUSTER.settings(), topics);
    }

    private ReplayReport replay(Choice choice) {
        return replay().run(choice, false, (done, total, sent) -> {});
    }

    private void dead(
            String from, int partition, String key, String value, Headers original, DeadLetterReason reason, Instant at)
            throws ExecutionException, InterruptedException {
        Headers headers = DeadLetters.headers(
                original, new DeadLetters.Origin(from, partition, 7), "test", reason, "A sentence.", 1, at);
        producer.send(new ProducerRecord<>(
                        topics.deadLetters().name(),
                        null,
                        at.toEpochMilli(),
                        key == null ? null : bytes(key),
                        value == null ? null : bytes(value),
                        headers))
                .get();
    }

    private List<String> values(String topic) {
        return Records.readAll(CLUSTER.settings(), topic).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private static List<String> headers(ConsumerRecord<?, ?> record) {
        List<String> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            String value = header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8);
            headers.add(header.key() + "=" + value);
        }
        return headers;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
