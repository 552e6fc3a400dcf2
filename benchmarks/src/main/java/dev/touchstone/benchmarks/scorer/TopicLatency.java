package dev.touchstone.benchmarks.scorer;

import dev.touchstone.producers.rubric.RubricCritic;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;

/** Completions with critiques sent at a steady pace, and when a reader of committed records has each reward. */
final class TopicLatency {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);

    private TopicLatency() {}

    /** A completion as the critique stream sends it. */
    static CritiquedCompletion critiqued(RubricCritic critic, Completion completion) {
        return CritiquedCompletion.newBuilder()
                .setCompletion(completion)
                .setCritiques(List.of(Critique.newBuilder()
                        .setText(critic.assess(completion.getPrompt(), completion.getCompletion())
                                .critique())
                        .setCriticModel("rubric")
                        .setPromptVersion("v1")
                        .setCreatedAt(Instant.EPOCH)
                        .build()))
                .setCritiqueStatus(CritiqueStatus.CRITIQUED)
                .build();
    }

    /**
     * Milliseconds from just before each completion is sent, so that the append itself counts, until its reward is read.
     *
     * @param every time between two completions
     * @throws IllegalStateException if rewards do not come, or one comes twice
     */
    static double[] of(
            ScorerServer server, List<CritiquedCompletion> completions, Duration every, IntConsumer progress) {
        Map<String, Long> sentAt = new ConcurrentHashMap<>();
        Map<String, Long> readAt = new HashMap<>();
        KafkaSettings kafka = server.kafka();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.byteConsumer())) {
            String rewards = server.topics().rewards().name();
            List<TopicPartition> partitions = consumer.partitionsFor(rewards).stream()
                    .map(info -> new TopicPartition(rewards, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            CompletableFuture<Void> sender = CompletableFuture.runAsync(
                    () -> send(server, completions, every, sentAt), task -> new Thread(task, "sender").start());
            long giveUpAt = System.nanoTime()
                    + LIMIT.plus(every.multipliedBy(completions.size())).toNanos();
            while (readAt.size() < completions.size()) {
                if (System.nanoTime() > giveUpAt || sender.isCompletedExceptionally()) {
                    throw new IllegalStateException(readAt.size() + " of " + completions.size() + " rewards came");
                }
                consumer.poll(POLL).forEach(record -> {
                    String id = new String(record.key(), StandardCharsets.UTF_8);
                    if (readAt.put(id, System.nanoTime()) != null) {
                        throw new IllegalStateException("Two rewards came for " + id);
                    }
                });
                progress.accept(readAt.size());
            }
            sender.join();
        }
        return completions.stream()
                .map(TopicLatency::id)
                .mapToDouble(id -> (readAt.getOrDefault(id, 0L) - sentAt.getOrDefault(id, 0L)) / 1e6)
                .toArray();
    }

    private static void send(
            ScorerServer server, List<CritiquedCompletion> completions, Duration every, Map<String, Long> sentAt) {
        String topic = server.topics().critiquedCompletions().name();
        KafkaSettings kafka = server.kafka();
        try (Serializer<Object> values = kafka.valueSerializer();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.byteProducer())) {
            producer.partitionsFor(topic);
            long next = System.nanoTime();
            for (CritiquedCompletion completion : completions) {
                byte[] bytes = values.serialize(topic, completion);
                String id = id(completion);
                sentAt.put(id, System.nanoTime());
                var unused = producer.send(new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), bytes));
                next += every.toNanos();
                Thread.sleep(
                        Duration.ofNanos(Math.max(0, next - System.nanoTime())).toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String id(CritiquedCompletion completion) {
        return completion.getCompletion().getCompletionId().toString();
    }
}
