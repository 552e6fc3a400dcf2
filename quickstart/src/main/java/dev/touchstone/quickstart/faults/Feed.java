package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Confined to one thread. Sends records to one topic and counts them. */
final class Feed implements AutoCloseable {
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<Object> serializer;
    private volatile @Nullable Exception failure;
    private long sent;

    Feed(KafkaSettings settings, String topic) {
        this.topic = topic;
        producer = new KafkaProducer<>(settings.byteProducer());
        serializer = settings.valueSerializer();
    }

    /** Records sent so far. */
    long sent() {
        return sent;
    }

    /**
     * Sends until there are so many records in all, and waits until the brokers have them.
     *
     * @param sender sends the record of a number, from 1
     * @throws KafkaException if a broker refuses one
     */
    void fillTo(long records, LongConsumer sender) {
        if (sent >= records) {
            return;
        }
        while (sent < records) {
            sender.accept(++sent);
        }
        producer.flush();
        Exception error = failure;
        if (error != null) {
            throw new KafkaException("Feeding failed", error);
        }
    }

    void send(UUID key, SpecificRecord value) {
        send(key, serializer.serialize(topic, value));
    }

    void send(UUID key, byte[] value) {
        byte[] keyBytes = key.toString().getBytes(StandardCharsets.UTF_8);
        Future<?> unused = producer.send(new ProducerRecord<>(topic, keyBytes, value), (metadata, error) -> {
            if (error != null) {
                failure = error;
            }
        });
    }

    @Override
    public void close() {
        producer.close();
    }
}
