package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. The manifests of one model. The newest is the last one written, not the one with most steps: after a
 * damaged checkpoint training goes on from its parent, on a branch of its own.
 */
public final class Lineage {
    private static final Logger LOG = LoggerFactory.getLogger(Lineage.class);

    private final Map<String, CheckpointManifest> byVersion = new LinkedHashMap<>();

    /**
     * Reads the manifests of a model, up to what is on the broker now.
     *
     * @param topic of the manifests
     * @param patience how long to wait for open transactions of others
     */
    public static Lineage read(KafkaSettings settings, String topic, String modelId, Duration patience) {
        Lineage lineage = new Lineage();
        RecordDecoder<CheckpointManifest> decoder = settings.decoder(CheckpointManifest.class);
        TopicReader.readToEnd(settings, topic, patience, record -> {
            Decoded<CheckpointManifest> decoded = decoder.decode(topic, record.value());
            if (decoded instanceof Decoded.Valid<CheckpointManifest> valid) {
                if (valid.value().getModelId().equals(modelId)) {
                    lineage.add(valid.value());
                }
            } else if (decoded instanceof Decoded.Undecodable<CheckpointManifest> bad && record.value() != null) {
                LOG.warn(
                        "The record at {}-{} offset {} is no manifest and is passed over: {}",
                        topic,
                        record.partition(),
                        record.offset(),
                        bad.reason());
            }
        });
        return lineage;
    }

    /** Adds a manifest that was just published. A retired one keeps its place, it is no new version. */
    public void add(CheckpointManifest manifest) {
        if (manifest.getRetiredAt() == null) {
            byVersion.remove(manifest.getVersionId());
        }
        byVersion.put(manifest.getVersionId(), manifest);
    }

    /** The newest manifest that is not retired. */
    public Optional<CheckpointManifest> newest() {
        return byVersion.values().stream()
                .filter(manifest -> manifest.getRetiredAt() == null)
                .reduce((older, younger) -> younger);
    }

    /** The manifest of a version, retired or not. */
    public Optional<CheckpointManifest> find(String versionId) {
        return Optional.ofNullable(byVersion.get(versionId));
    }

    /** All manifests, retired ones too; of those that are not, the oldest first. */
    public List<CheckpointManifest> all() {
        return List.copyOf(byVersion.values());
    }

    /**
     * A version and its ancestors, youngest first, as far as there are manifests.
     *
     * @param versionId null for none
     */
    public List<CheckpointManifest> ancestry(@Nullable String versionId) {
        List<CheckpointManifest> chain = new ArrayList<>();
        CheckpointManifest next = versionId == null ? null : byVersion.get(versionId);
        while (next != null && !chain.contains(next)) {
            chain.add(next);
            String parent = next.getParent();
            next = parent == null ? null : byVersion.get(parent);
        }
        return Collections.unmodifiableList(chain);
    }
}
