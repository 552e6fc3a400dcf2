package dev.touchstone.critique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.CriticSettings;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.critic.StructuredOutput;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.llm.FakeLlm.Behaviour;
import dev.touchstone.testkit.topics.Records;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service, without its shell, on a real broker, a real registry and a critic over HTTP. */
class CritiqueStreamTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int PAIRS = 60;
    private static final int COMPLETIONS = 30;
    /** Half of the calls that all of them need. */
    private static final int ANSWERED_BEFORE_RESTART = PAIRS + COMPLETIONS / 2;

    /** Fewer than come in: the input is shut and opened again all the time. */
    private static final int MAX_WAITING = 5;

    @TempDir
    Path folder;

    @Test
    void shouldLetEverythingOutExactlyOnceWhenItIsRestartedInTheMiddle() throws Exception {
        TopicCatalogue topics = CLUSTER.topics("restart.");
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
            try (Running first = run(topics, llm)) {
                send(topics);
                await().atMost(LIMIT).until(() -> critiquedPairs(topics).size() >= 5);
                assertThat(first.stream.isRunning()).isTrue();
            }
            assertThat(critiquedPairs(topics)).hasSizeLessThan(PAIRS);
            restarted.set(true);
            try (Running second = run(topics, llm)) {
                await().atMost(LIMIT)
                        .until(() -> critiquedPairs(topics).size()
                                        + critiquedCompletions(topics).size()
                                >= PAIRS + COMPLETIONS);
                assertThat(second.stream.isAlive()).isTrue();
            }
            assertThat(critiquedPairs(topics))
                    .extracting(pair -> pair.getPair().getPairId())
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, PAIRS)
                            .mapToObj(CritiqueStreamTest::id)
                            .toList());
            assertThat(critiquedPairs(topics)).allSatisfy(pair -> {
                assertThat(pair.getChosenCritiques()).hasSize(1);
                assertThat(pair.getRejectedCritiques()).hasSize(1);
            });
            assertThat(critiquedCompletions(topics))
                    .hasSize(COMPLETIONS)
                    .allMatch(completion -> completion.getCritiqueStatus() == CritiqueStatus.CRITIQUED)
                    .extracting(completion -> completion.getCompletion().getCompletionId())
                    .doesNotHaveDuplicates();
            assertThat(Records.readAll(CLUSTER.settings(), topics.deadLetters().name()))
                    .isEmpty();
            assertThat(llm.mostInFlight()).isLessThanOrEqualTo(8);
        }
    }

    @Test
    void shouldGoOnWhenOneRecordIsNoAvroAndTheCriticRefusesAnother() throws Exception {
        TopicCatalogue topics = CLUSTER.topics("poison.");
        try (FakeLlm llm = FakeLlm.start(call -> call.userMessage().contains("forbidden")
                        ? new Behaviour.Status(413, Map.of(), "")
                        : FakeLlm.answer(FakeLlm.critique("It is fine.")));
                Running running = run(topics, llm)) {
            byte[] poison = "no avro".getBytes(StandardCharsets.UTF_8);
            Records.sendBytes(CLUSTER.settings(), topics.pairs().name(), poison, poison);
            Records.sendBytes(CLUSTER.settings(), topics.completions().name(), poison, poison);
            Records.send(CLUSTER.settings(), topics.pairs().name(), "refused", pair(1, "forbidden"));
            Records.send(CLUSTER.settings(), topics.completions().name(), "refused", completion(1, "forbidden"));
            Records.send(CLUSTER.settings(), topics.pairs().name(), "good", pair(2, "allowed"));

            await().atMost(LIMIT)
                    .until(() -> critiquedPairs(topics).size() == 1
                            && critiquedCompletions(topics).size() == 1
                            && Records.readAll(
                                                    CLUSTER.settings(),
                                                    topics.deadLetters().name())
                                            .size()
                                    == 3);
            assertThat(critiquedCompletions(topics).get(0).getCritiqueStatus()).isEqualTo(CritiqueStatus.REFUSED);
            assertThat(critiquedCompletions(topics).get(0).getCritiqueReason()).contains("413");
            assertThat(running.stream.isRunning()).isTrue();
        }
    }

    @Test
    void shouldSayWhatToMendWhenNoBrokerAnswers() {
        KafkaSettings nobody = KafkaSettings.of(Map.of("bootstrap.servers", "127.0.0.1:" + Ports.free()));
        try (CritiqueStream stream = stream(nobody, new TopicCatalogue("none."), "http://127.0.0.1:1/v1")) {
            assertThatThrownBy(stream::run).isInstanceOf(UserError.class).hasMessageContaining("broker");
        }
    }

    private final class Running implements AutoCloseable {
        final CritiqueStream stream;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        Running(CritiqueStream stream) {
            this.stream = stream;
            thread = new Thread(() -> {
                try {
                    stream.run();
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            thread.start();
        }

        @Override
        public void close() throws Exception {
            stream.close();
            thread.join(LIMIT.toMillis());
            assertThat(failure.get()).isNull();
        }
    }

    private Running run(TopicCatalogue topics, FakeLlm llm) {
        return new Running(stream(CLUSTER.settings(), topics, llm.baseUrl()));
    }

    private CritiqueStream stream(KafkaSettings kafka, TopicCatalogue topics, String criticUrl) {
        CriticSettings critic = new CriticSettings(
                URI.create(criticUrl),
                "m",
                null,
                Duration.ofSeconds(20),
                0,
                400,
                StructuredOutput.JSON_SCHEMA,
                Prices.NONE,
                1);
        StageSettings stage = new StageSettings(
                1_000,
                6,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofMillis(100),
                Duration.ofDays(1));
        CritiqueSettings settings = new CritiqueSettings(
                topics,
                critic,
                MAX_WAITING,
                Limits.inFlight(8),
                stage,
                folder.resolve("state"),
                null,
                Duration.ofMillis(100),
                2,
                1,
                262_144,
                Duration.ofDays(7));
        return new CritiqueStream(
                settings,
                kafka,
                new CriticClient(critic, Clock.systemUTC(), CriticObserver.NONE),
                new StreamObserver() {
                    @Override
                    public void deadLetter(DeadLetterReason reason) {}

                    @Override
                    public void duplicate() {}

                    @Override
                    public void late() {}
                },
                event -> {},
                Clock.systemUTC(),
                new Random(5));
    }

    private static void send(TopicCatalogue topics) {
        for (int i = 0; i < PAIRS; i++) {
            // Twice: the second is dropped.
            for (int copy = 0; copy < 2; copy++) {
                Records.send(CLUSTER.settings(), topics.pairs().name(), id(i).toString(), pair(i, "question " + i));
            }
            if (i < COMPLETIONS) {
                Records.send(
                        CLUSTER.settings(), topics.completions().name(), id(i).toString(), completion(i, "task " + i));
            }
        }
    }

    private static UUID id(int number) {
        return new UUID(0x8000L, number);
    }

    private static PreferencePair pair(int number, String question) {
        return PreferencePair.newBuilder()
                .setPairId(id(number))
                .setPrompt(List.of(new Message("user", question)))
                .setChosen("a good answer to " + question)
                .setRejected("a bad answer to " + question)
                .setLabelledAt(Instant.EPOCH)
                .build();
    }

    private static Completion completion(int number, String question) {
        return Completion.newBuilder()
                .setCompletionId(id(number))
                .setPrompt(List.of(new Message("user", question)))
                .setCompletion("some answer to " + question)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    private static List<CritiquedPair> critiquedPairs(TopicCatalogue topics) {
        return Records.readAll(CLUSTER.settings(), topics.critiquedPairs().name(), CritiquedPair.class);
    }

    private static List<CritiquedCompletion> critiquedCompletions(TopicCatalogue topics) {
        return Records.readAll(CLUSTER.settings(), topics.critiquedCompletions().name(), CritiquedCompletion.class);
    }
}
