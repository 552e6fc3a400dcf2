package dev.touchstone.scorer.stream;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.scorer.Bounded;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.http.CriticisedScoring;
import dev.touchstone.scorer.http.StreamUnavailableException;
import io.opentelemetry.api.trace.Span;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe; a {@link TopicTail} hands it the rewards of all scorers. Sends completions to the critique stream and hands
 * their rewards to those who wait. It remembers the newest rewards as bytes and decodes those that somebody waits for.
 */
public final class StreamedRewards implements CriticisedScoring, TopicTail.Handler, AutoCloseable {
    /** So many offsets before the end of each partition it begins, for clients that ask again after a restart. */
    static final long REACH = 1_000;

    private static final int REMEMBERED = 4_000;
    private static final int LARGEST_REMEMBERED = 64 << 10;
    private static final Duration BROKER_PATIENCE = Duration.ofSeconds(5);

    private final String completions;
    private final String rewards;
    private final Serializer<Object> serializer;
    private final RecordDecoder<Reward> decoder;
    private final Tracing tracing;
    private final Supplier<Producer<byte[], byte[]>> producers;

    /** Touched under the lock of this object, like the next one. By completion; several may wait for the same. */
    private final Map<String, List<CompletableFuture<Reward>>> waiting = new HashMap<>();

    private final Map<String, byte[]> newest = new Bounded<>(REMEMBERED);

    /** Made by the first request: most scorers never need one. */
    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * @param settings how to reach Kafka
     * @param topics the topics' names
     */
    public StreamedRewards(KafkaSettings settings, TopicCatalogue topics) {
        this(settings, topics, KafkaProducer::new);
    }

    StreamedRewards(
            KafkaSettings settings,
            TopicCatalogue topics,
            Function<Map<String, Object>, Producer<byte[], byte[]>> producers) {
        completions = topics.completions().name();
        rewards = topics.rewards().name();
        tracing = settings.tracing();
        serializer = settings.valueSerializer();
        decoder = settings.decoder(Reward.class);
        Map<String, Object> config = settings.byteProducer();
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BROKER_PATIENCE.toMillis());
        this.producers = () -> producers.apply(config);
    }

    /** What to read, and from where. */
    public static Map<String, Long> reach(TopicCatalogue topics) {
        return Map.of(topics.rewards().name(), REACH);
    }

    @Override
    public CompletableFuture<Reward> reward(Completion completion, Duration patience) {
        String id = completion.getCompletionId().toString();
        CompletableFuture<Reward> reward = new CompletableFuture<>();
        byte[] known = await(id, reward);
        reward.whenComplete((given, error) -> leave(id, reward));
        if (known == null) {
            send(id, completion, reward);
        } else {
            try {
                decode(known, reward);
            } catch (RegistryUnavailableException | SerializationException e) {
                reward.completeExceptionally(new StreamUnavailableException(e));
            }
        }
        return reward.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many completions are waited for. */
    public synchronized int waiting() {
        return waiting.size();
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return;
        }
        String id = new String(record.key(), StandardCharsets.UTF_8);
        arrived(id, record.value()).forEach(reward -> decode(record.value(), reward));
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(BROKER_PATIENCE);
        }
    }

    private synchronized Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = producers.get();
        }
        return producer;
    }

    /** Waits from now on. Returns the reward that is there already, or null. */
    private synchronized byte @Nullable [] await(String id, CompletableFuture<Reward> reward) {
        waiting.computeIfAbsent(id, i -> new ArrayList<>()).add(reward);
        return newest.get(id);
    }

    private synchronized List<CompletableFuture<Reward>> arrived(String id, byte[] value) {
        if (value.length <= LARGEST_REMEMBERED) {
            newest.put(id, value);
        }
        return List.copyOf(waiting.getOrDefault(id, List.of()));
    }

    private synchronized void leave(String id, CompletableFuture<Reward> reward) {
        waiting.computeIfPresent(id, (i, rewards) -> {
            rewards.remove(reward);
            return rewards.isEmpty() ? null : rewards;
        });
    }

    private void send(String id, Completion completion, CompletableFuture<Reward> reward) {
        try {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    completions, id.getBytes(StandardCharsets.UTF_8), serializer.serialize(completions, completion));
            EventHeaders.set(
                    record.headers(), id, "/touchstone/scorer", "dev.touchstone.completion", completion.getCreatedAt());
            Span span = tracing.sending(completions, record.headers()).setAttribute(Tracing.COMPLETION_ID, id);
            producer().send(record, (sent, error) -> {
                span.end();
                if (error != null) {
                    reward.completeExceptionally(refusal(error));
                }
            });
        } catch (RuntimeException e) {
            reward.completeExceptionally(refusal(e));
        }
    }

    private static RuntimeException refusal(Exception error) {
        return error instanceof RecordTooLargeException
                ? new ApiException(413, "completion_too_large", "Prompt and completion are too large for a record.")
                : new StreamUnavailableException(error);
    }

    private void decode(byte[] value, CompletableFuture<Reward> reward) {
        Decoded<Reward> decoded = decoder.decode(rewards, value);
        if (decoded instanceof Decoded.Valid<Reward> valid) {
            reward.complete(valid.value());
        } else if (decoded instanceof Decoded.Undecodable<Reward> undecodable) {
            reward.completeExceptionally(new IllegalStateException("A reward is no record: " + undecodable.reason()));
        }
    }
}
