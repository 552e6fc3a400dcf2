package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.trainer.log.LogItem;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. Publishes checkpoints, each in one transaction under a transactional id that belongs to the model: of two
 * trainers of one model the later one to {@link #open} fences the other.
 */
public final class LineagePublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LineagePublisher.class);
    private static final String SERVICE = "trainer";
    private static final int MOST_ATTEMPTS = 5;
    /** What a dead letter may weigh besides its text and still fit the topic. */
    private static final int RESERVE = 16 << 10;

    private static final int LARGEST = (4 << 20) - RESERVE;

    private final TopicCatalogue topics;
    private final String id;
    private final Clock clock;
    private final Duration patience;
    private final Serializer<Object> serializer;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * @param id transactional id of the model
     * @param patience how long one transaction may take with all its attempts
     */
    public LineagePublisher(KafkaSettings settings, TopicCatalogue topics, String id, Clock clock, Duration patience) {
        this.topics = topics;
        this.id = id;
        this.clock = clock;
        this.patience = patience;
        this.serializer = settings.valueSerializer();
        Map<String, Object> config = settings.byteProducer();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        this.producer = new KafkaProducer<>(config);
    }

    /** Takes the model over: whoever held it before cannot publish any more, and what it left open is aborted. */
    public void open() {
        producer.initTransactions();
    }

    /**
     * Publishes a checkpoint. When this returns everything of it is visible; when it throws, nothing is, or it is not known
     * to be and the manifests must be read again.
     *
     * @param group whose offsets are committed
     * @throws FencedException if another trainer has taken over
     * @throws PublicationException if the transaction could not be brought to its end
     */
    public void publish(Publication publication, ConsumerGroupMetadata group) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        String model = publication.manifest().getModelId();
        String version = publication.manifest().getVersionId();
        for (LogItem.Dead dead : publication.dead()) {
            records.add(deadLetter(dead));
        }
        for (LedgerEntry entry : publication.ledger()) {
            records.add(record(topics.trainingLedger(), model, version + "/" + entry.getBatch(), entry));
        }
        records.add(record(topics.trainingMetrics(), model, version, publication.metrics()));
        for (CheckpointManifest retired : publication.retired()) {
            String given = retired.getVersionId();
            records.add(record(topics.checkpoints(), model + "/" + given, given + "/retired", retired));
        }
        records.add(record(topics.checkpoints(), model + "/" + version, version, publication.manifest()));
        publication.aliases().forEach(change -> records.add(alias(change)));
        Map<TopicPartition, OffsetAndMetadata> offsets = publication.manifest().getOffsets().stream()
                .collect(Collectors.toMap(
                        o -> new TopicPartition(o.getTopic(), o.getPartition()),
                        o -> new OffsetAndMetadata(o.getNextOffset())));
        transact(records, offsets, group);
    }

    /**
     * Publishes the answer to a request with the changes that it makes, and commits the request: it is acted on once.
     *
     * @param request offsets behind the request
     * @param group whose offsets are committed
     * @throws FencedException as in {@link #publish}
     * @throws PublicationException as in {@link #publish}
     */
    public void answer(
            List<AliasChange> changes,
            ModelAnswer answer,
            Map<TopicPartition, OffsetAndMetadata> request,
            ConsumerGroupMetadata group) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        changes.forEach(change -> records.add(alias(change)));
        String id = answer.getRequestId().toString();
        records.add(record(topics.modelAnswers(), id, id, answer));
        transact(records, request, group);
    }

    /**
     * Commits offsets that stand committed already: an idle trainer thereby learns that it has been fenced.
     *
     * @throws FencedException as in {@link #publish}
     * @throws PublicationException as in {@link #publish}
     */
    public void confirm(String topic, Map<Integer, Long> offsets, ConsumerGroupMetadata group) {
        transact(
                List.of(),
                offsets.entrySet().stream()
                        .collect(Collectors.toMap(
                                e -> new TopicPartition(topic, e.getKey()), e -> new OffsetAndMetadata(e.getValue()))),
                group);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private void transact(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                producer.beginTransaction();
                for (ProducerRecord<byte[], byte[]> record : records) {
                    Future<?> unused = producer.send(record); // its failure is thrown by the commit
                }
                producer.sendOffsetsToTransaction(offsets, group);
                commit(giveUpAt);
                return;
            } catch (ProducerFencedException e) {
                throw new FencedException(id, e);
            } catch (InterruptException | PublicationException e) {
                throw e;
            } catch (KafkaException e) {
                abort(e, giveUpAt);
                if (attempt == MOST_ATTEMPTS || System.nanoTime() > giveUpAt) {
                    throw new PublicationException(
                            "The transaction of " + id + " failed " + attempt + " times, the last time because: "
                                    + e.getMessage(),
                            e);
                }
                LOG.warn("The transaction of {} was aborted and is tried again: {}", id, e.toString());
            }
        }
    }

    /** A commit that timed out may be under way: it can be asked for again, but not be taken back. */
    private void commit(long giveUpAt) {
        while (true) {
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (System.nanoTime() > giveUpAt) {
                    throw new PublicationException(
                            "It is not known whether the transaction of " + id + " was committed, the broker is away.",
                            e);
                }
                LOG.warn("The commit of {} takes long: {}", id, e.toString());
            }
        }
    }

    private void abort(KafkaException cause, long giveUpAt) {
        while (true) {
            try {
                producer.abortTransaction();
                return;
            } catch (ProducerFencedException e) {
                throw new FencedException(id, e);
            } catch (TimeoutException e) {
                if (System.nanoTime() > giveUpAt) {
                    throw new PublicationException(
                            "The transaction of " + id + " cannot be aborted, the broker is away.", e);
                }
            } catch (KafkaException e) {
                e.addSuppressed(cause);
                throw new PublicationException("The producer of " + id + " is of no more use: " + e.getMessage(), e);
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(
            TopicCatalogue.Topic topic, String key, String eventId, SpecificRecord value) {
        Headers headers = new RecordHeaders();
        String type = "dev.touchstone." + value.getSchema().getName();
        EventHeaders.set(headers, eventId, "/touchstone/" + SERVICE, type, clock.instant());
        return new ProducerRecord<>(
                topic.name(),
                null,
                key.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic.name(), value),
                headers);
    }

    private ProducerRecord<byte[], byte[]> alias(AliasChange change) {
        String key = Aliases.key(change.modelId(), change.alias());
        ModelAlias value = change.value();
        return value == null
                ? new ProducerRecord<>(topics.models().name(), key.getBytes(StandardCharsets.UTF_8), null)
                : record(topics.models(), key, value.getVersionId(), value);
    }

    private ProducerRecord<byte[], byte[]> deadLetter(LogItem.Dead dead) {
        ConsumerRecord<byte[], byte[]> record = dead.record();
        boolean fits = weight(record) <= LARGEST;
        // Too large with our headers on top, it would fail every attempt: the log, which is kept, still has it.
        Headers headers = DeadLetters.headers(
                fits ? record.headers() : new RecordHeaders(),
                new DeadLetters.Origin(record.topic(), record.partition(), record.offset()),
                SERVICE,
                fits ? dead.reason() : DeadLetterReason.OVERSIZED,
                fits ? dead.detail() : dead.detail() + " It is too large to be copied: read it at its origin.",
                1,
                clock.instant());
        return DeadLetters.record(
                topics.deadLetters().name(), fits ? record.key() : null, fits ? record.value() : null, headers);
    }

    private static long weight(ConsumerRecord<byte[], byte[]> record) {
        long weight = Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize());
        for (Header header : record.headers()) {
            weight += header.key().length() * 4L + (header.value() == null ? 0 : header.value().length);
        }
        return weight;
    }
}
