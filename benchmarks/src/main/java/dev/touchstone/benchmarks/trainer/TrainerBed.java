package dev.touchstone.benchmarks.trainer;

import dev.touchstone.benchmarks.process.BrokerChild;
import dev.touchstone.benchmarks.process.ChildProcess;
import dev.touchstone.producers.rubric.Assessment;
import dev.touchstone.producers.rubric.RubricCritic;
import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.Folders;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.RegistryProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. A broker and a registry in processes of their own, a folder, and logs of simulated pairs with critiques. */
final class TrainerBed implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final long SEED = 1;

    private final Path folder = Files.createTempDirectory("touchstone-bench");
    private final ChildProcess broker = BrokerChild.start(folder);
    private final RegistryProcess registry = RegistryProcess.start(Ports.free(), folder.resolve("registry.log"));
    private final KafkaSettings kafka =
            KafkaSettings.of(Map.of("bootstrap.servers", broker.greeting(), "schema.registry.url", registry.url()));

    TrainerBed() throws IOException {}

    Path folder() {
        return folder;
    }

    KafkaSettings kafka() {
        return kafka;
    }

    /** Topics of their own for one run. */
    TopicCatalogue topics(String prefix) {
        TopicCatalogue topics = new TopicCatalogue(prefix);
        TopicAdmin admin = new TopicAdmin(kafka, PATIENCE);
        admin.createMissing(topics);
        admin.registerSchemas(topics);
        return topics;
    }

    /** So many pairs with critiques, always the same. */
    static List<CritiquedPair> pairs(int count) {
        RubricCritic critic = new RubricCritic(0.05, SEED);
        return new Simulator(SEED, 0.1)
                .pairs()
                .limit(count)
                .map(pair -> CritiquedPair.newBuilder()
                        .setPair(pair)
                        .setChosenCritiques(List.of(critique(critic, pair, pair.getChosen())))
                        .setRejectedCritiques(List.of(critique(critic, pair, pair.getRejected())))
                        .build())
                .toList();
    }

    private static Critique critique(RubricCritic critic, PreferencePair pair, String completion) {
        Assessment assessment = critic.assess(pair.getPrompt(), completion);
        return new Critique(
                assessment.critique(), assessment.verdicts(), "rubric", "v1", Map.of(), 0, WHEN, null, null, null);
    }

    /** Sends pairs to a log, as fast as the broker takes them or at a rate. */
    void send(TopicCatalogue topics, List<CritiquedPair> pairs, @Nullable Duration between)
            throws InterruptedException {
        String topic = topics.critiquedPairs().name();
        Serializer<Object> serializer = kafka.valueSerializer();
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.byteProducer())) {
            long due = System.nanoTime();
            for (CritiquedPair pair : pairs) {
                byte[] key = pair.getPair().getPairId().toString().getBytes(StandardCharsets.UTF_8);
                var unused = producer.send(
                        new ProducerRecord<>(topic, key, serializer.serialize(topic, pair)), (sent, error) -> {
                            if (error != null) {
                                failure.set(error);
                            }
                        });
                if (between != null) {
                    due += between.toNanos();
                    Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
                }
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("The broker refused a pair", failure.get());
        }
    }

    @Override
    public void close() {
        registry.close();
        broker.close();
        Folders.delete(folder);
    }
}
