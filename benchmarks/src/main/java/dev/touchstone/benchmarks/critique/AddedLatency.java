package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.CritiqueStream;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.RegistryProcess;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What the whole service adds to the LLM's latency, at a moderate rate: from just before a completion is sent until a consumer
 * of committed records has it back with its critique, less what the LLM took.
 *
 * @param completions that were counted
 * @param perSecond how many were sent
 * @param p50Ms half of them take longer than that
 * @param p99Ms one in a hundred does
 */
record AddedLatency(int completions, double perSecond, double p50Ms, double p99Ms) {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int IN_FLIGHT = 64;
    private static final int THREADS = 1;

    static AddedLatency of(Bed bed, Scale scale, IntConsumer progress) throws Exception {
        try (RegistryProcess registry =
                        RegistryProcess.start(Ports.free(), bed.folder().resolve("registry.log"));
                LlmChild llm = LlmChild.start(bed.folder(), scale.latency())) {
            KafkaSettings kafka = bed.kafka().with("schema.registry.url", registry.url());
            CritiqueSettings settings = ServiceSettings.of(
                    "service", bed.folder(), ServiceSettings.critic(llm.baseUrl()), IN_FLIGHT, THREADS);
            TopicAdmin admin = new TopicAdmin(kafka, Duration.ofSeconds(30));
            admin.createMissing(settings.topics());
            admin.registerSchemas(settings.topics());
            try (CritiqueStream stream = new CritiqueStream(
                    settings,
                    kafka,
                    CritiqueStream.TOPICS_PATIENCE,
                    new CriticClient(settings.critic(), Clock.systemUTC(), CriticObserver.NONE),
                    StreamObserver.NONE,
                    event -> {},
                    Clock.systemUTC(),
                    new Random(1))) {
                CompletableFuture<Void> service = CompletableFuture.runAsync(() -> run(stream), own("service"));
                Bed.await("running service", LIMIT, () -> stream.isRunning() || service.isDone());
                if (service.isDone()) {
                    service.join();
                }
                double[] all = exchange(kafka, settings, scale.paced(), progress);
                double[] counted = Arrays.copyOfRange(all, all.length / 4, all.length);
                Arrays.sort(counted);
                double llmMs = llm.meanLatencyMs(all.length / 4);
                return new AddedLatency(
                        counted.length,
                        1_000.0 / EVERY.toMillis(),
                        counted[counted.length / 2] - llmMs,
                        counted[counted.length * 99 / 100] - llmMs);
            }
        }
    }

    /** A thread for each: the common pool is where HTTP's answers are taken up. */
    private static Executor own(String name) {
        return task -> new Thread(task, name).start();
    }

    private static void run(CritiqueStream stream) {
        try {
            stream.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Milliseconds between sending and receiving each completion, in the order in which they were sent. */
    private static double[] exchange(KafkaSettings kafka, CritiqueSettings settings, int count, IntConsumer progress) {
        Map<String, Long> sentAt = new ConcurrentHashMap<>();
        Map<String, Long> takenAt = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.byteConsumer())) {
            String output = settings.topics().critiquedCompletions().name();
            List<TopicPartition> partitions = consumer.partitionsFor(output).stream()
                    .map(info -> new TopicPartition(output, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            CompletableFuture<Void> sender =
                    CompletableFuture.runAsync(() -> send(kafka, settings, count, sentAt), own("sender"));
            long giveUpAt =
                    System.nanoTime() + LIMIT.plus(EVERY.multipliedBy(count)).toNanos();
            while (takenAt.size() < count) {
                if (System.nanoTime() > giveUpAt || sender.isCompletedExceptionally()) {
                    throw new IllegalStateException(takenAt.size() + " of " + count + " completions came back");
                }
                consumer.poll(POLL)
                        .forEach(record ->
                                takenAt.put(new String(record.key(), StandardCharsets.UTF_8), System.nanoTime()));
                progress.accept(takenAt.size());
            }
            sender.join();
        }
        return IntStream.range(0, count)
                .mapToObj(number -> id(number).toString())
                .mapToDouble(id -> (takenAt.getOrDefault(id, 0L) - sentAt.getOrDefault(id, 0L)) / 1e6)
                .toArray();
    }

    private static void send(KafkaSettings kafka, CritiqueSettings settings, int count, Map<String, Long> sentAt) {
        String topic = settings.topics().completions().name();
        try (Serializer<Object> values = kafka.valueSerializer();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.byteProducer())) {
            long next = System.nanoTime();
            for (int number = 0; number < count; number++) {
                Completion completion = Completion.newBuilder()
                        .setCompletionId(id(number))
                        .setPrompt(List.of(new Message("user", Work.question(number))))
                        .setCompletion(Work.completion(number))
                        .setCreatedAt(Instant.now())
                        .build();
                byte[] bytes = values.serialize(topic, completion);
                String id = id(number).toString();
                sentAt.put(id, System.nanoTime());
                var unused = producer.send(new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), bytes));
                next += EVERY.toNanos();
                Thread.sleep(
                        Duration.ofNanos(Math.max(0, next - System.nanoTime())).toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static UUID id(int number) {
        return new UUID(0x8000L, number);
    }
}
