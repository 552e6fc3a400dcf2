package dev.touchstone.critique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.CriticSettings;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.critic.StructuredOutput;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Topics of their own on the shared cluster, and streams that run on them one after the other. */
final class LiveStream {
    static final TestCluster CLUSTER = TestCluster.shared();
    /** For whatever is awaited; generous, since a busy machine is slow. */
    static final Duration LIMIT = Duration.ofSeconds(120);
    /** Fewer than come in: the input is shut and opened again all the time. */
    private static final int MAX_WAITING = 5;

    private static final Duration TOPICS_PATIENCE = Duration.ofSeconds(2);

    private final TopicCatalogue topics;
    private final Path folder;

    LiveStream(String prefix, Path folder) {
        topics = CLUSTER.topics(prefix);
        this.folder = folder;
    }

    TopicCatalogue topics() {
        return topics;
    }

    /** A stream that runs, until it is closed. */
    static final class Running implements AutoCloseable {
        final CritiqueStream stream;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        static Running of(CritiqueStream stream) {
            return new Running(stream);
        }

        private Running(CritiqueStream stream) {
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

        /** Calls that it may have in flight at once. */
        int slots() {
            return stream.calls().map(CallPool::slots).orElse(0);
        }

        /** Waits until records flow: a rebalance, such as a second thread that joins late, is a pause and no fault. */
        void awaitRunning() {
            await().atMost(LIMIT).until(stream::isRunning);
        }

        @Override
        public void close() throws Exception {
            stream.close();
            thread.join(LIMIT.toMillis());
            assertThat(failure.get()).isNull();
        }
    }

    Running run(String criticUrl, Limits limits, int maxAttempts) {
        return run("one", criticUrl, limits, maxAttempts);
    }

    /** @param instance names one of several that run at once */
    Running run(String instance, String criticUrl, Limits limits, int maxAttempts) {
        Path ownFolder = folder.resolve(instance);
        return new Running(stream(CLUSTER.settings(), topics, criticUrl, limits, maxAttempts, ownFolder));
    }

    static CritiqueStream stream(
            KafkaSettings kafka, TopicCatalogue topics, String criticUrl, Limits limits, int maxAttempts, Path folder) {
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
                maxAttempts,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofMillis(100),
                Duration.ofDays(1),
                1_000);
        CritiqueSettings settings = new CritiqueSettings(
                topics,
                critic,
                MAX_WAITING,
                limits,
                stage,
                folder.resolve("state"),
                null,
                Duration.ofMillis(100),
                2,
                0,
                1,
                262_144,
                Duration.ofDays(7));
        return new CritiqueStream(
                settings,
                kafka,
                TOPICS_PATIENCE,
                new CriticClient(critic, Clock.systemUTC(), CriticObserver.NONE),
                StreamObserver.NONE,
                event -> {},
                Clock.systemUTC(),
                new Random(5));
    }

    /** Sends records, keyed by their number, and waits until the broker has them. */
    void send(String topic, List<? extends SpecificRecord> records) {
        KafkaSettings settings = CLUSTER.settings();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < records.size(); i++) {
                byte[] key = id(i).toString().getBytes(StandardCharsets.UTF_8);
                byte[] value = settings.valueSerializer().serialize(topic, records.get(i));
                sent.add(producer.send(new ProducerRecord<>(topic, key, value)));
            }
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The broker refused a record for " + topic, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As many things as wanted, made from 0, 1, 2 and so on. */
    static <T> List<T> numbered(int count, IntFunction<T> make) {
        return IntStream.range(0, count).mapToObj(make).toList();
    }

    static UUID id(int number) {
        return new UUID(0x8000L, number);
    }

    static PreferencePair pair(int number, String question) {
        return PreferencePair.newBuilder()
                .setPairId(id(number))
                .setPrompt(List.of(new Message("user", question)))
                .setChosen("a good answer to " + question)
                .setRejected("a bad answer to " + question)
                .setLabelledAt(Instant.EPOCH)
                .build();
    }

    static Completion completion(int number, String question) {
        return Completion.newBuilder()
                .setCompletionId(id(number))
                .setPrompt(List.of(new Message("user", question)))
                .setCompletion("some answer to " + question)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    List<CritiquedPair> critiquedPairs() {
        return Records.readAll(CLUSTER.settings(), topics.critiquedPairs().name(), CritiquedPair.class);
    }

    List<CritiquedCompletion> critiquedCompletions() {
        return Records.readAll(CLUSTER.settings(), topics.critiquedCompletions().name(), CritiquedCompletion.class);
    }
}
