package dev.touchstone.scorer.stream;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelLoadException;
import dev.touchstone.scorer.model.ModelLoader;
import dev.touchstone.scorer.scoring.ScoringEngine;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Called by the one thread of a {@link TopicTail}; {@link #problem} may be asked by any thread. Follows the alias champion
 * of one model: loads the version that it points to and hands it to the engine. Whatever goes wrong with a version, the one
 * before goes on serving; the version is tried again after a while.
 */
public final class ModelFollower implements TopicTail.Handler {
    /** The alias that is followed. */
    public static final String CHAMPION = "champion";

    private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final String modelId;
    private final String aliasTopic;
    private final RecordDecoder<ModelAlias> aliases;
    private final RecordDecoder<CheckpointManifest> checkpoints;
    private final ModelLoader loader;
    private final ScoringEngine engine;
    private final Clock clock;
    private final Map<String, CheckpointManifest> manifests = new HashMap<>();
    private @Nullable String champion;
    private @Nullable CheckpointManifest refused;
    private Instant tryAgainAt = Instant.MIN;
    private volatile @Nullable String problem;

    /**
     * @param settings how to decode records
     * @param topics the topics' names
     * @param modelId the model that is followed
     * @param loader brings a checkpoint into memory
     * @param engine what serves it
     * @param clock when a version is tried again
     */
    public ModelFollower(
            KafkaSettings settings,
            TopicCatalogue topics,
            String modelId,
            ModelLoader loader,
            ScoringEngine engine,
            Clock clock) {
        this.modelId = modelId;
        this.aliasTopic = topics.models().name();
        this.aliases = settings.decoder(ModelAlias.class);
        this.checkpoints = settings.decoder(CheckpointManifest.class);
        this.loader = loader;
        this.engine = engine;
        this.clock = clock;
    }

    /** One sentence that says why the champion does not serve; empty if it does, or if there is none yet. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> record) {
        boolean alias = record.topic().equals(aliasTopic);
        if (record.value() == null) {
            if (record.key() != null) {
                forget(alias, new String(record.key(), StandardCharsets.UTF_8));
            }
            return;
        }
        Decoded<?> decoded = (alias ? aliases : checkpoints).decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<?> valid) {
            if (valid.value() instanceof ModelAlias a) {
                if (a.getModelId().equals(modelId) && a.getAlias().equals(CHAMPION)) {
                    champion = a.getVersionId();
                }
            } else if (valid.value() instanceof CheckpointManifest m
                    && m.getModelId().equals(modelId)) {
                manifests.put(m.getVersionId(), m);
            }
        } else if (decoded instanceof Decoded.Undecodable<?> undecodable) {
            // Not a dead letter: this topic is read anew at every start, by every instance.
            LOG.warn("{} offset {} is passed over: {}", record.topic(), record.offset(), undecodable.reason());
        }
    }

    @Override
    public void caughtUp() {
        String wanted = champion;
        if (wanted == null
                || engine.serving()
                        .map(ModelInfo::versionId)
                        .filter(wanted::equals)
                        .isPresent()) {
            problem = null;
            return;
        }
        CheckpointManifest manifest = manifests.get(wanted);
        if (manifest == null) {
            report("The champion " + wanted + " has no manifest on the topic of checkpoints.");
        } else if (!manifest.equals(refused) || !clock.instant().isBefore(tryAgainAt)) {
            load(manifest);
        }
    }

    private void load(CheckpointManifest manifest) {
        long begin = System.nanoTime();
        try {
            LoadedModel model = loader.load(manifest);
            engine.install(model).join();
            refused = null;
            problem = null;
            LOG.info(
                    "Version {} serves (step {}, sha256 {}), loaded in {} ms",
                    manifest.getVersionId(),
                    manifest.getStep(),
                    manifest.getSha256(),
                    (System.nanoTime() - begin) / 1_000_000);
        } catch (ModelLoadException e) {
            refused = manifest;
            tryAgainAt = clock.instant().plus(RETRY);
            report("The champion " + manifest.getVersionId() + " cannot be served: " + e.getMessage());
        }
    }

    private void report(String sentence) {
        if (!sentence.equals(problem)) {
            problem = sentence;
            String serving = engine.serving()
                    .map(info -> "Version " + info.versionId() + " goes on serving.")
                    .orElse("No version serves.");
            LOG.error("{} {}", sentence, serving);
        }
    }

    private void forget(boolean alias, String key) {
        if (alias && key.equals(modelId + "/" + CHAMPION)) {
            champion = null;
            LOG.warn("The alias champion of {} was removed; what serves goes on serving.", modelId);
        } else if (!alias && key.startsWith(modelId + "/")) {
            manifests.remove(key.substring(modelId.length() + 1));
        }
    }
}
