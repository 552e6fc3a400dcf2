package dev.touchstone.testkit.topics;

import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads whole topics and writes single records. */
public final class Records {
    private static final Duration READ_LIMIT = Duration.ofSeconds(60);

    private Records() {}

    /** Sends one record in the Confluent wire format and waits until the broker has it. */
    public static void send(KafkaSettings settings, String topic, String key, SpecificRecord value) {
        byte[] bytes = settings.valueSerializer().serialize(topic, value);
        sendBytes(settings, topic, key.getBytes(StandardCharsets.UTF_8), bytes);
    }

    /** Sends any bytes and waits until the broker has them. */
    public static void sendBytes(KafkaSettings settings, String topic, byte[] key, byte[] value) {
        sendRecord(settings, new ProducerRecord<>(topic, key, value));
    }

    /** Sends a record as it is and waits until the broker has it. */
    public static void sendRecord(KafkaSettings settings, ProducerRecord<byte[], byte[]> record) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The broker refused a record for " + record.topic(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every committed record of a topic at the time of the call, by partition, then offset. */
    public static List<ConsumerRecord<byte[], byte[]>> readAll(KafkaSettings settings, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteReader())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long giveUpAt = System.nanoTime() + READ_LIMIT.toNanos();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                if (System.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("Reading " + topic + " took longer than " + READ_LIMIT);
                }
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            records.sort(Comparator.comparingInt((ConsumerRecord<byte[], byte[]> r) -> r.partition())
                    .thenComparingLong(ConsumerRecord::offset));
            return records;
        }
    }

    /**
     * Every committed value of a topic at the time of the call, by partition, then offset.
     *
     * @throws IllegalStateException if a value is not of the class
     */
    public static <T> List<T> readAll(KafkaSettings settings, String topic, Class<T> type) {
        RecordDecoder<T> decoder = settings.decoder(type);
        return readAll(settings, topic).stream()
                .map(record -> {
                    Decoded<T> decoded = decoder.decode(topic, record.value());
                    if (decoded instanceof Decoded.Valid<T> valid) {
                        return valid.value();
                    }
                    throw new IllegalStateException(topic + " has a record that is no " + type.getSimpleName());
                })
                .toList();
    }
}
