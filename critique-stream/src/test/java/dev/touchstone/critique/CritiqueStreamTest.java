package dev.touchstone.critique;

import static dev.touchstone.critique.LiveStream.CLUSTER;
import static dev.touchstone.critique.LiveStream.LIMIT;
import static dev.touchstone.critique.LiveStream.completion;
import static dev.touchstone.critique.LiveStream.numbered;
import static dev.touchstone.critique.LiveStream.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.llm.Behaviour;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.topics.Records;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service, without its shell, on a real broker, a real registry and a critic over HTTP. */
@OnTestCluster
class CritiqueStreamTest {
    private static final Limits LIMITS = Limits.inFlight(8);
    private static final int MAX_ATTEMPTS = 6;
    private static final int PAIRS = 60;
    private static final int COMPLETIONS = 30;
    /** Half of the calls that all of them need. */
    private static final int ANSWERED_BEFORE_RESTART = PAIRS + COMPLETIONS / 2;

    @TempDir
    Path folder;

    @Test
    void shouldLetEverythingOutExactlyOnceWhenItIsRestartedInTheMiddle() throws Exception {
        LiveStream live = new LiveStream("restart.", folder);
        AtomicBoolean restarted = new AtomicBoolean();
        // Refuses every seventh call for the moment; before the restart it answers half of what is asked, however slow
        // we are.
        try (FakeLlm llm = FakeLlm.start(call -> {
            if (call.number() > ANSWERED_BEFORE_RESTART && !restarted.get()) {
                return new Behaviour.Status(429, Map.of("Retry-After", "1"), "");
            }
            return call.number() % 7 == 0
                    ? new Behaviour.Status(503, Map.of(), "")
                    : new Behaviour.Answer(FakeLlm.critique("It is fine."), Duration.ofMillis(20));
        })) {
            try (LiveStream.Running first = live.run(llm.baseUrl(), LIMITS, MAX_ATTEMPTS)) {
                // Twice: the second is dropped.
                for (int copy = 0; copy < 2; copy++) {
                    live.send(live.topics().pairs().name(), numbered(PAIRS, i -> pair(i, "question " + i)));
                }
                live.send(live.topics().completions().name(), numbered(COMPLETIONS, i -> completion(i, "task " + i)));
                await().atMost(LIMIT).until(() -> live.critiquedPairs().size() >= 5);
                first.awaitRunning();
            }
            assertThat(live.critiquedPairs()).hasSizeLessThan(PAIRS);
            restarted.set(true);
            try (LiveStream.Running second = live.run(llm.baseUrl(), LIMITS, MAX_ATTEMPTS)) {
                await().atMost(LIMIT)
                        .until(() -> live.critiquedPairs().size()
                                        + live.critiquedCompletions().size()
                                >= PAIRS + COMPLETIONS);
                assertThat(second.stream.isAlive()).isTrue();
            }
            assertThat(live.critiquedPairs())
                    .extracting(pair -> pair.getPair().getPairId())
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, PAIRS).mapToObj(LiveStream::id).toList());
            assertThat(live.critiquedPairs()).allSatisfy(pair -> {
                assertThat(pair.getChosenCritiques()).hasSize(1);
                assertThat(pair.getRejectedCritiques()).hasSize(1);
            });
            assertThat(live.critiquedCompletions())
                    .hasSize(COMPLETIONS)
                    .allMatch(completion -> completion.getCritiqueStatus() == CritiqueStatus.CRITIQUED)
                    .extracting(completion -> completion.getCompletion().getCompletionId())
                    .doesNotHaveDuplicates();
            assertThat(Records.readAll(
                            CLUSTER.settings(), live.topics().deadLetters().name()))
                    .isEmpty();
            assertThat(llm.mostInFlight()).isLessThanOrEqualTo(8);
        }
    }

    @Test
    void shouldGoOnWhenOneRecordIsNoAvroAndTheCriticRefusesAnother() throws Exception {
        LiveStream live = new LiveStream("poison.", folder);
        TopicCatalogue topics = live.topics();
        try (FakeLlm llm = FakeLlm.start(call -> call.userMessage().contains("forbidden")
                        ? new Behaviour.Status(413, Map.of(), "")
                        : FakeLlm.answer(FakeLlm.critique("It is fine.")));
                LiveStream.Running running = live.run(llm.baseUrl(), LIMITS, MAX_ATTEMPTS)) {
            byte[] poison = "no avro".getBytes(StandardCharsets.UTF_8);
            Records.sendBytes(CLUSTER.settings(), topics.pairs().name(), poison, poison);
            Records.sendBytes(CLUSTER.settings(), topics.completions().name(), poison, poison);
            Records.send(CLUSTER.settings(), topics.pairs().name(), "refused", pair(1, "forbidden"));
            Records.send(CLUSTER.settings(), topics.completions().name(), "refused", completion(1, "forbidden"));
            Records.send(CLUSTER.settings(), topics.pairs().name(), "good", pair(2, "allowed"));

            await().atMost(LIMIT)
                    .until(() -> live.critiquedPairs().size() == 1
                            && live.critiquedCompletions().size() == 1
                            && Records.readAll(
                                                    CLUSTER.settings(),
                                                    topics.deadLetters().name())
                                            .size()
                                    == 3);
            assertThat(live.critiquedCompletions().get(0).getCritiqueStatus()).isEqualTo(CritiqueStatus.REFUSED);
            assertThat(live.critiquedCompletions().get(0).getCritiqueReason()).contains("413");
            running.awaitRunning();
        }
    }

    @Test
    void shouldKeepTheLimitsTogetherWhenTwoInstancesShareThePartitions() throws Exception {
        LiveStream live = new LiveStream("two.", folder);
        try (FakeLlm llm = FakeLlm.start(
                        call -> new Behaviour.Answer(FakeLlm.critique("It is fine."), Duration.ofMillis(200)));
                LiveStream.Running one = live.run("one", llm.baseUrl(), LIMITS, MAX_ATTEMPTS);
                LiveStream.Running two = live.run("two", llm.baseUrl(), LIMITS, MAX_ATTEMPTS)) {
            await().atMost(LIMIT)
                    .until(() -> one.slots() > 0 && two.slots() > 0 && one.slots() + two.slots() == LIMITS.inFlight());
            live.send(live.topics().pairs().name(), numbered(PAIRS, i -> pair(i, "question " + i)));
            await().atMost(LIMIT).until(() -> live.critiquedPairs().size() == PAIRS);

            assertThat(llm.mostInFlight()).isLessThanOrEqualTo(LIMITS.inFlight());
        }
    }

    @Test
    void shouldSayWhatToMendWhenNoBrokerAnswers() {
        KafkaSettings nobody = KafkaSettings.of(Map.of("bootstrap.servers", "127.0.0.1:" + Ports.free()));
        try (CritiqueStream stream = LiveStream.stream(
                nobody, new TopicCatalogue("none."), "http://127.0.0.1:1/v1", LIMITS, MAX_ATTEMPTS, folder)) {
            assertThatThrownBy(stream::run).isInstanceOf(UserError.class).hasMessageContaining("broker");
        }
    }
}
