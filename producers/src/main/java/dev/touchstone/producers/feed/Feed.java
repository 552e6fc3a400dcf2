package dev.touchstone.producers.feed;

import dev.touchstone.producers.feed.Rejection.Reason;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.Refusal;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryException;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import io.opentelemetry.api.trace.Span;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends pairs and completions to their topics; confined to one thread, but progress is told on the producer's thread. The
 * producer is idempotent with acks=all and the key is the id, so a record that is sent again, in this run or a later one, is
 * known downstream as the same. A broker or registry that stays away is a {@link UserError} after a bounded wait.
 */
public final class Feed implements AutoCloseable {
    /** Largest record unless the user sets another, bytes. */
    public static final int DEFAULT_MAX_BYTES = 262_144;

    /** How long a broker or registry is waited for unless the caller sets another time. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

    private static final String SOURCE = "/touchstone/producers";

    private final KafkaSettings settings;
    private final TopicCatalogue topics;
    private final int maxBytes;
    private final Clock clock;
    private final LongConsumer progress;
    private final Serializer<Object> serializer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private Feed(
            KafkaSettings settings,
            TopicCatalogue topics,
            int maxBytes,
            Duration patience,
            Clock clock,
            LongConsumer progress) {
        this.settings = settings;
        this.topics = topics;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.progress = progress;
        this.serializer = settings.valueSerializer();
        Map<String, Object> config = settings.byteProducer();
        String waitMs = Long.toString(patience.toMillis());
        config.putIfAbsent("linger.ms", "20");
        config.putIfAbsent("max.block.ms", waitMs);
        config.putIfAbsent("request.timeout.ms", waitMs);
        config.putIfAbsent("delivery.timeout.ms", Long.toString(2 * patience.toMillis()));
        this.producer = new KafkaProducer<>(config);
    }

    /**
     * Opens a feed once the brokers answer and the topics exist.
     *
     * @param settings how to reach the brokers and the registry
     * @param topics names of the topics
     * @param maxBytes largest value that is sent, bytes as serialised
     * @param patience how long to wait for a broker or a registry that does not answer
     * @param clock the time of events
     * @param progress told the number of acknowledged records so far after each one, on the producer's thread
     * @throws UserError if no broker answers in time, a topic is missing or the client's settings are wrong
     */
    public static Feed open(
            KafkaSettings settings,
            TopicCatalogue topics,
            int maxBytes,
            Duration patience,
            Clock clock,
            LongConsumer progress) {
        KafkaSettings bounded = settings.client().containsKey(RegistryClient.WAIT_MS)
                ? settings
                : settings.with(RegistryClient.WAIT_MS, Long.toString(patience.toMillis()));
        try {
            List<String> missing = new TopicAdmin(bounded, patience).missing(topics);
            for (Topic needed : List.of(topics.pairs(), topics.completions())) {
                if (missing.contains(needed.name())) {
                    throw new UserError("The topic " + needed.name() + " does not exist at "
                            + settings.bootstrapServers() + ": create the topics with ./touchstone topics --create.");
                }
            }
            return new Feed(bounded, topics, maxBytes, patience, clock, progress);
        } catch (KafkaException e) {
            throw new UserError(
                    "Kafka at " + settings.bootstrapServers() + " cannot be used: " + innermost(e)
                            + " Check the Kafka settings.",
                    e);
        }
    }

    /**
     * Hands a pair to the producer, waiting while its buffer is full.
     *
     * @return why it was not sent, or empty if it was
     * @throws UserError if an earlier record could not be delivered or the registry stays away
     */
    public Optional<Rejection> send(PreferencePair pair) {
        Optional<String> problem = RecordRules.problemOf(pair);
        return problem.isPresent()
                ? problem.map(sentence -> new Rejection(Reason.BROKEN_RULE, sentence))
                : send(topics.pairs(), pair.getPairId().toString(), "dev.touchstone.pair", pair);
    }

    /** The same for a completion. */
    public Optional<Rejection> send(Completion completion) {
        Optional<String> problem = RecordRules.problemOf(completion);
        return problem.isPresent()
                ? problem.map(sentence -> new Rejection(Reason.BROKEN_RULE, sentence))
                : send(
                        topics.completions(),
                        completion.getCompletionId().toString(),
                        "dev.touchstone.completion",
                        completion);
    }

    /**
     * Waits until every record sent so far is acknowledged.
     *
     * @throws UserError if one could not be delivered
     */
    public void flush() {
        producer.flush();
        settings.tracing().flush();
        throwIfFailed();
    }

    /** How many records the brokers have acknowledged. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Ends the feed; call {@link #flush} first to be sure of the last records. */
    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        serializer.close();
    }

    private Optional<Rejection> send(Topic topic, String id, String type, SpecificRecord value) {
        throwIfFailed();
        byte[] bytes = serialized(topic, value);
        if (bytes.length > maxBytes) {
            return Optional.of(new Rejection(
                    Reason.OVERSIZED,
                    "The record has " + bytes.length + " bytes, more than the " + maxBytes + " that are allowed."));
        }
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(topic.name(), id.getBytes(StandardCharsets.UTF_8), bytes);
        EventHeaders.set(message.headers(), id, SOURCE, type, clock.instant());
        Span span = settings.tracing().sending(topic.name(), message.headers()).setAttribute(idAttribute(topic), id);
        Future<?> unused = producer.send(message, (metadata, error) -> {
            span.end();
            if (error == null) {
                progress.accept(acknowledged.incrementAndGet());
            } else {
                failure.compareAndSet(null, error);
            }
        });
        return Optional.empty();
    }

    private String idAttribute(Topic topic) {
        return topic.equals(topics.pairs()) ? Tracing.PAIR_ID : Tracing.COMPLETION_ID;
    }

    private byte[] serialized(Topic topic, SpecificRecord value) {
        try {
            return serializer.serialize(topic.name(), value);
        } catch (RegistryUnavailableException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } catch (RegistryException | SerializationException e) {
            throw new UserError(
                    "The registry does not take the schema of " + topic.name() + ": " + innermost(e)
                            + " Check its address and its compatibility rules.",
                    e);
        }
    }

    private void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw Refusal.of(error)
                    .orElseGet(() -> new UserError(
                            "Kafka at " + settings.bootstrapServers() + " stopped taking records after " + acknowledged
                                    + ": " + innermost(error)
                                    + " Mend that and run the same again; what is in already has the"
                                    + " same ids.",
                            error));
        }
    }

    private static String innermost(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return message.endsWith(".") ? message : message + ".";
    }
}
