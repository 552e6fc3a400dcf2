package dev.touchstone.benchmarks.scorer;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Not thread-safe. What one commit costs on this broker now: a transaction of one small record and its offset, from its begin
 * until the broker has acknowledged the commit.
 */
final class CommitTime implements AutoCloseable {
    private static final String NAME = "commit-time";
    private static final byte[] NOTHING = {0};

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Double> millis = new ArrayList<>();

    CommitTime(KafkaSettings kafka) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka.client())) {
            admin.createTopics(List.of(new NewTopic(NAME, 1, (short) 1))).all().get();
        }
        Map<String, Object> config = kafka.byteProducer();
        config.put("transactional.id", NAME);
        producer = new KafkaProducer<>(config);
        producer.initTransactions();
    }

    /** Commits so many times, with a pause before each: a commit waits for the markers of the one before. */
    void measure(int commits, Duration pause) throws InterruptedException {
        for (int i = 0; i < commits; i++) {
            Thread.sleep(pause.toMillis());
            long begun = System.nanoTime();
            producer.beginTransaction();
            var unused = producer.send(new ProducerRecord<>(NAME, 0, NOTHING, NOTHING));
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(NAME, 0), new OffsetAndMetadata(i)), new ConsumerGroupMetadata(NAME));
            producer.commitTransaction();
            millis.add((System.nanoTime() - begun) / 1e6);
        }
    }

    /** Median of all that was measured. */
    double medianMs() {
        return millis.stream().sorted().toList().get(millis.size() / 2);
    }

    @Override
    public void close() {
        producer.close();
    }
}
