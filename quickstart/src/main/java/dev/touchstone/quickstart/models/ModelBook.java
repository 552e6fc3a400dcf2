package dev.touchstone.quickstart.models;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Immutable. One model's versions and their names, as they stood when it was read.
 *
 * @param modelId the model
 * @param versions manifests by version, the newest last
 * @param names what each name stands for
 */
public record ModelBook(String modelId, Map<String, CheckpointManifest> versions, Map<String, ModelAlias> names) {
    private static final Duration STALL = Duration.ofSeconds(30);

    /**
     * Reads the topics of checkpoints and of models to their ends.
     *
     * @throws UserError if the broker stays away
     */
    public static ModelBook read(KafkaSettings settings, TopicCatalogue topics, String modelId) {
        ModelBook book = new ModelBook(modelId, new LinkedHashMap<>(), new TreeMap<>());
        RecordDecoder<CheckpointManifest> manifests = settings.decoder(CheckpointManifest.class);
        RecordDecoder<ModelAlias> aliases = settings.decoder(ModelAlias.class);
        readAll(settings, topics.checkpoints().name(), record -> {
            if (manifests.decode(record.topic(), record.value()) instanceof Decoded.Valid<CheckpointManifest> valid
                    && valid.value().getModelId().equals(modelId)) {
                // Written again it is the newest: training went on from an older one meanwhile.
                book.versions.remove(valid.value().getVersionId());
                book.versions.put(valid.value().getVersionId(), valid.value());
            }
        });
        readAll(settings, topics.models().name(), record -> {
            if (record.value() == null) {
                String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
                book.names.keySet().removeIf(name -> key.equals(Aliases.key(modelId, name)));
            } else if (aliases.decode(record.topic(), record.value()) instanceof Decoded.Valid<ModelAlias> valid
                    && valid.value().getModelId().equals(modelId)) {
                book.names.put(valid.value().getAlias(), valid.value());
            }
        });
        return book;
    }

    /** The version that is meant by a version or by a name of one. */
    public Optional<CheckpointManifest> find(String versionOrName) {
        CheckpointManifest exact = versions.get(versionOrName);
        ModelAlias alias = names.get(versionOrName);
        return exact != null || alias == null
                ? Optional.ofNullable(exact)
                : Optional.ofNullable(versions.get(alias.getVersionId()));
    }

    /** The names of a version. */
    public List<String> namesOf(String version) {
        return names.values().stream()
                .filter(alias -> alias.getVersionId().equals(version))
                .map(ModelAlias::getAlias)
                .toList();
    }

    /** The newest versions and all that have names, the newest last. */
    public List<CheckpointManifest> newest(int most) {
        List<CheckpointManifest> all = new ArrayList<>(versions.values());
        List<CheckpointManifest> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i >= all.size() - most || !namesOf(all.get(i).getVersionId()).isEmpty()) {
                some.add(all.get(i));
            }
        }
        return some;
    }

    private static void readAll(KafkaSettings settings, String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteConsumer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long giveUpAt = System.nanoTime() + STALL.toNanos();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                if (System.nanoTime() > giveUpAt) {
                    throw new UserError("The end of " + topic + " was not reached within " + STALL.toSeconds()
                            + " s: see whether the brokers at " + settings.bootstrapServers() + " are well.");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    each.accept(record);
                    giveUpAt = System.nanoTime() + STALL.toNanos();
                }
            }
        }
    }
}
