package dev.touchstone.scorer.stream;

import static dev.touchstone.scorer.Fixtures.completion;
import static dev.touchstone.scorer.Fixtures.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.scorer.http.StreamUnavailableException;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real broker and a real registry; the test plays critic and scorer. */
@OnTestCluster
class StreamedRewardsTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final AtomicInteger PREFIX = new AtomicInteger();

    private final KafkaSettings settings = TestCluster.shared().settings();
    private final TopicCatalogue topics = TestCluster.shared().topics("streamed" + PREFIX.incrementAndGet() + ".");
    private final StreamedRewards streamed = new StreamedRewards(settings, topics);
    private final TopicTail tail = new TopicTail(settings, StreamedRewards.reach(topics), streamed);
    private final Thread thread = new Thread(tail, "streamed");

    @BeforeEach
    void start() {
        thread.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        tail.close();
        thread.join(LIMIT.toMillis());
        streamed.close();
    }

    @Test
    void shouldSendACompletionAndGiveItsRewardToAllWhoWait() {
        CompletableFuture<Reward> first = streamed.reward(completion(1, "It is 4."), LIMIT);
        CompletableFuture<Reward> other = streamed.reward(completion(2, "It is 5."), LIMIT);
        CompletableFuture<Reward> gone = streamed.reward(completion(1, "It is 4."), LIMIT);
        gone.cancel(false);
        CompletableFuture<Reward> again = streamed.reward(completion(1, "It is 4."), LIMIT);
        assertThat(streamed.waiting()).isEqualTo(2);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                Records.readAll(settings, topics.completions().name(), Completion.class))
                        .extracting(Completion::getCompletionId)
                        .contains(id(1), id(2)));
        reward(3, 3.0);
        reward(1, 1.5);
        assertThat(first).succeedsWithin(LIMIT).extracting(Reward::getLogit).isEqualTo(1.5);
        assertThat(again).succeedsWithin(LIMIT).extracting(Reward::getLogit).isEqualTo(1.5);
        assertThat(other).isNotDone();
        other.cancel(false);
        assertThat(streamed.waiting()).isZero();
    }

    @Test
    void shouldGiveTheRewardThatIsThereAlreadyAndSendNothing() {
        reward(1, 1.5);
        await().atMost(LIMIT).untilAsserted(() -> {
            CompletableFuture<Reward> known = streamed.reward(completion(1, "It is 4."), Duration.ofMillis(100));
            assertThat(known).succeedsWithin(LIMIT).extracting(Reward::getLogit).isEqualTo(1.5);
        });
        CompletableFuture<Reward> known = streamed.reward(completion(1, "It is 4."), LIMIT);
        assertThat(known).isCompleted();
    }

    @Test
    void shouldFailInTimeWhenNoRewardComes() {
        assertThat(streamed.reward(completion(1, "It is 4."), Duration.ofMillis(20)))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutException.class);
        assertThat(streamed.waiting()).isZero();
    }

    @Test
    void shouldSaySoWhenTheBrokerTakesNothing() {
        MockProducer<byte[], byte[]> away =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        try (StreamedRewards cut = new StreamedRewards(settings, topics, config -> away)) {
            CompletableFuture<Reward> reward = cut.reward(completion(1, "It is 4."), LIMIT);
            assertThat(away.errorNext(new DisconnectException("gone"))).isTrue();
            assertThat(reward)
                    .failsWithin(LIMIT)
                    .withThrowableThat()
                    .withCauseInstanceOf(StreamUnavailableException.class);
            assertThat(cut.waiting()).isZero();
        }
    }

    private void reward(int number, double logit) {
        Records.send(
                settings,
                topics.rewards().name(),
                id(number).toString(),
                Reward.newBuilder()
                        .setCompletionId(id(number))
                        .setStatus(RewardStatus.OK)
                        .setLogit(logit)
                        .setScoredAt(Fixtures.NOW)
                        .build());
    }
}
