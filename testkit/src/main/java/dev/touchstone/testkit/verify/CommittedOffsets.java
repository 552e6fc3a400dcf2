package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.common.KafkaException;

/** Immutable. Where groups go on reading, as the brokers know it. */
final class CommittedOffsets {
    private final KafkaSettings settings;

    CommittedOffsets(KafkaSettings settings) {
        this.settings = settings;
    }

    /** What a group has committed for a topic, by partition; open transactions are waited for. Empty if there is nothing. */
    Map<Integer, Long> of(String group, String topic) {
        Map<Integer, Long> offsets = new TreeMap<>();
        try (Admin admin = Admin.create(settings.client())) {
            admin.listConsumerGroupOffsets(
                            Map.of(group, new ListConsumerGroupOffsetsSpec()),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata(group)
                    .get()
                    .forEach((partition, offset) -> {
                        if (partition.topic().equals(topic) && offset != null) {
                            offsets.put(partition.partition(), offset.offset());
                        }
                    });
        } catch (ExecutionException e) {
            throw new KafkaException("The offsets of the group " + group + " cannot be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while offsets were asked for", e);
        }
        return offsets;
    }
}
