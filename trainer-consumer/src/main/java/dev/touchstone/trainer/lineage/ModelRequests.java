package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.ModelRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. The requests to one model's trainer, from where its group has committed, else from the oldest that is
 * left. Nothing is committed here: an answer commits the request in its transaction, so each is acted on once.
 */
public final class ModelRequests implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRequests.class);

    private final String topic;
    private final String modelId;
    private final RecordDecoder<ModelRequest> decoder;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * @param settings how to reach Kafka, with the group of this model's requests
     * @param topic of the requests
     * @param modelId the model; requests to others are passed over
     */
    public ModelRequests(KafkaSettings settings, String topic, String modelId) {
        this.topic = topic;
        this.modelId = modelId;
        this.decoder = settings.decoder(ModelRequest.class);
        this.consumer = new KafkaConsumer<>(settings.byteConsumer());
        consumer.assign(consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList());
    }

    /**
     * A request.
     *
     * @param request what is asked
     * @param next the offsets that are committed with its answer
     */
    public record Asked(ModelRequest request, Map<TopicPartition, OffsetAndMetadata> next) {}

    /** Requests that came; does not wait. */
    public List<Asked> poll() {
        List<Asked> asked = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ZERO)) {
            Decoded<ModelRequest> decoded = decoder.decode(topic, record.value());
            if (decoded instanceof Decoded.Undecodable<ModelRequest> undecodable) {
                LOG.warn("{} offset {} is no request: {}", topic, record.offset(), undecodable.reason());
            } else if (decoded instanceof Decoded.Valid<ModelRequest> valid
                    && valid.value().getModelId().equals(modelId)) {
                TopicPartition partition = new TopicPartition(topic, record.partition());
                asked.add(new Asked(valid.value(), Map.of(partition, new OffsetAndMetadata(record.offset() + 1))));
            }
        }
        return asked;
    }

    /** The group that the offsets belong to. */
    public ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
