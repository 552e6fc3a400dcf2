package dev.touchstone.benchmarks.critique;

import dev.touchstone.benchmarks.process.BrokerChild;
import dev.touchstone.benchmarks.process.ChildProcess;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.Folders;
import dev.touchstone.testkit.topics.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Not thread-safe. A broker in a process of its own, a folder, and topics with work in them. */
final class Bed implements AutoCloseable {
    static final int PARTITIONS = 4;
    private static final long LOOK_EVERY_MS = 20;

    private final Path folder;
    private final ChildProcess broker;
    private final KafkaSettings kafka;

    private Bed(Path folder) {
        this.folder = folder;
        broker = BrokerChild.start(folder);
        kafka = KafkaSettings.of(Map.of("bootstrap.servers", broker.greeting()));
    }

    static Bed open() throws IOException {
        return new Bed(Files.createTempDirectory("touchstone-bench"));
    }

    Path folder() {
        return folder;
    }

    KafkaSettings kafka() {
        return kafka;
    }

    /** Processor time of the broker so far, milliseconds. */
    double brokerCpuMs() {
        return broker.cpuMs();
    }

    static String input(String run) {
        return run + ".input";
    }

    static String output(String run) {
        return run + ".output";
    }

    /** Makes the topics of a run. Records of the output carry the time at which the broker took them. */
    void createTopics(String run) {
        try (Admin admin = Admin.create(kafka.client())) {
            admin.createTopics(List.of(
                            new NewTopic(input(run), PARTITIONS, (short) 1),
                            new NewTopic(output(run), PARTITIONS, (short) 1)
                                    .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The broker made no topics", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes requests, the same number to each partition (give or take one). */
    void fill(String run, int from, int to, String waiter, CriticIdentity critic) {
        Map<String, Object> config = kafka.byteProducer();
        // A new partition may refuse the first batch and take the second: after that it would never take the first.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
            for (int number = from; number < to; number++) {
                Ask<CritiqueRequest, String> ask = Work.ask(number, waiter + number, critic);
                String hash = Ids.contentHash("bench", List.of(ask.request().completion()), critic.parts());
                var unused = producer.send(
                        new ProducerRecord<>(
                                input(run),
                                number % PARTITIONS,
                                hash.getBytes(StandardCharsets.UTF_8),
                                Work.ASKS.serialize(input(run), ask)),
                        (sent, error) -> {
                            if (error != null) {
                                failure.set(error);
                            }
                        });
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("The broker refused a request", failure.get());
        }
    }

    /** What has been committed to the output. */
    List<ConsumerRecord<byte[], byte[]>> answers(String run) {
        return Records.readAll(kafka, output(run));
    }

    /**
     * Waits.
     *
     * @param what for what, for the message
     * @throws IllegalStateException if it takes longer than the limit
     */
    static void await(String what, Duration limit, BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > giveUpAt) {
                throw new IllegalStateException("Within " + limit + " there was no " + what);
            }
            try {
                Thread.sleep(LOOK_EVERY_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        broker.close();
        Folders.delete(folder);
    }
}
