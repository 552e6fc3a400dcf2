package dev.touchstone.quickstart.models;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Asks the trainer of a model for something and waits for its answer. */
public final class TrainerDesk {
    private final KafkaSettings settings;
    private final TopicCatalogue topics;

    /**
     * @param settings how to reach the brokers
     * @param topics names of the topics, which exist
     */
    public TrainerDesk(KafkaSettings settings, TopicCatalogue topics) {
        this.settings = settings;
        this.topics = topics;
    }

    /**
     * Asks once.
     *
     * @param patience how long to wait for the answer
     * @return the answer; empty if none came in time
     * @throws UserError if the request could not be sent
     */
    public Optional<ModelAnswer> ask(ModelRequest request, Duration patience) {
        String topic = topics.modelAnswers().name();
        RecordDecoder<ModelAnswer> decoder = settings.decoder(ModelAnswer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteConsumer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position); // the end as it is before the request is sent
            send(request);
            long giveUpAt = System.nanoTime() + patience.toNanos();
            while (System.nanoTime() < giveUpAt) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (decoder.decode(topic, record.value()) instanceof Decoded.Valid<ModelAnswer> valid
                            && valid.value().getRequestId().equals(request.getRequestId())) {
                        return Optional.of(valid.value());
                    }
                }
            }
            return Optional.empty();
        }
    }

    private void send(ModelRequest request) {
        String topic = topics.modelRequests().name();
        byte[] key = request.getModelId().getBytes(StandardCharsets.UTF_8);
        byte[] value = settings.valueSerializer().serialize(topic, request);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (ExecutionException e) {
            throw new UserError(
                    "Kafka at " + settings.bootstrapServers() + " did not take the request: "
                            + String.valueOf(e.getCause()) + " Nothing was changed.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("Interrupted before the request was sent: see ./touchstone models list.", e);
        }
    }
}
