package dev.touchstone.scorer.stream;

import static dev.touchstone.scorer.scoring.VersionUnavailableException.Because.BROKEN;
import static dev.touchstone.scorer.scoring.VersionUnavailableException.Because.NOT_LOADED;
import static dev.touchstone.scorer.scoring.VersionUnavailableException.Because.UNKNOWN;

import dev.touchstone.schemas.Aliases;
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
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TopicTail}'s one thread calls what it handles; {@link #problem}, {@link #resolve} and {@link #require} may be called
 * by any thread. Follows the name that is to serve, usually the alias champion of one model: loads the version that it points
 * to and hands it to the engine. Whatever goes wrong with a version, the one before goes on serving; the version is tried
 * again after a while. Between two polls it loads the versions that were asked for by name.
 */
public final class ModelFollower implements TopicTail.Handler, VersionSource {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final String modelId;
    private final String serve;
    private final String aliasTopic;
    private final RecordDecoder<ModelAlias> aliasDecoder;
    private final RecordDecoder<CheckpointManifest> manifestDecoder;
    private final ModelLoader loader;
    private final ScoringEngine engine;
    private final Clock clock;

    /** By the keys of their topics, model/alias and model/version. */
    private final Map<String, String> aliases = new ConcurrentHashMap<>();

    private final Map<String, CheckpointManifest> manifests = new ConcurrentHashMap<>();
    private final Map<VersionKey, CompletableFuture<Void>> asked = new ConcurrentHashMap<>();
    private final Map<VersionKey, Refusal> refusals = new HashMap<>();
    private volatile @Nullable String problem;

    /** A version that could not be loaded; the same files are not tried again before a time. */
    private record Refusal(CheckpointManifest manifest, Instant until, String reason) {}

    /**
     * @param settings how to decode records
     * @param topics the topics' names
     * @param modelId the model that is followed
     * @param serve the alias or version of it that serves
     * @param loader brings a checkpoint into memory
     * @param engine what serves it
     * @param clock when a version is tried again
     */
    public ModelFollower(
            KafkaSettings settings,
            TopicCatalogue topics,
            String modelId,
            String serve,
            ModelLoader loader,
            ScoringEngine engine,
            Clock clock) {
        this.modelId = modelId;
        this.serve = serve;
        this.aliasTopic = topics.models().name();
        this.aliasDecoder = settings.decoder(ModelAlias.class);
        this.manifestDecoder = settings.decoder(CheckpointManifest.class);
        this.loader = loader;
        this.engine = engine;
        this.clock = clock;
    }

    /** One sentence that says why the version that is to serve does not; empty if it does, or if there is none yet. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public VersionKey resolve(String name) {
        int slash = name.lastIndexOf('/');
        String model = slash < 0 ? modelId : name.substring(0, slash);
        String versionOrAlias = name.substring(slash + 1);
        String version = aliases.getOrDefault(Aliases.key(model, versionOrAlias), versionOrAlias);
        VersionKey key = new VersionKey(model, version);
        if (!manifests.containsKey(key.toString()) && !engine.has(key)) {
            throw new VersionUnavailableException(
                    UNKNOWN,
                    "No version and no alias of model '" + model + "' is called '" + versionOrAlias
                            + "': ./touchstone models list shows them.");
        }
        return key;
    }

    @Override
    public void require(VersionKey version, Duration patience) throws InterruptedException {
        if (engine.has(version)) {
            return;
        }
        if (engine.places() == 0) {
            throw new VersionUnavailableException(
                    BROKEN,
                    "Version " + version + " does not serve, and no other may be in memory:"
                            + " raise touchstone.versions-beside.");
        }
        try {
            asked.computeIfAbsent(version, v -> new CompletableFuture<>())
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new VersionUnavailableException(
                    NOT_LOADED, "Version " + version + " is still being loaded: ask again.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof VersionUnavailableException unavailable) {
                // A new one: this stack trace, and not that of another thread.
                throw new VersionUnavailableException(unavailable.because(), String.valueOf(unavailable.getMessage()));
            }
            throw new IllegalStateException(e.getCause());
        }
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
        Decoded<?> decoded = (alias ? aliasDecoder : manifestDecoder).decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<?> valid) {
            if (valid.value() instanceof ModelAlias a) {
                aliases.put(Aliases.key(a.getModelId(), a.getAlias()), a.getVersionId());
            } else if (valid.value() instanceof CheckpointManifest m) {
                manifests.put(new VersionKey(m.getModelId(), m.getVersionId()).toString(), m);
            }
        } else if (decoded instanceof Decoded.Undecodable<?> undecodable) {
            // Not a dead letter: this topic is read anew at every start, by every instance.
            LOG.warn("{} offset {} is passed over: {}", record.topic(), record.offset(), undecodable.reason());
        }
    }

    @Override
    public void caughtUp() {
        wanted().ifPresentOrElse(this::serve, () -> problem = null);
        List.copyOf(asked.keySet()).forEach(this::bring);
    }

    /** The version that is to serve; empty while its alias points nowhere, and what serves goes on serving. */
    private Optional<VersionKey> wanted() {
        String version = aliases.get(Aliases.key(modelId, serve));
        if (version != null) {
            return Optional.of(new VersionKey(modelId, version));
        }
        // Only a person sets another name than the champion's, which may be a version's.
        return serve.equals(Aliases.CHAMPION) ? Optional.empty() : Optional.of(new VersionKey(modelId, serve));
    }

    private void serve(VersionKey version) {
        if (engine.serving().map(ModelInfo::key).filter(version::equals).isPresent()) {
            problem = null;
            return;
        }
        long begin = System.nanoTime();
        try {
            LoadedModel model = load(version);
            engine.install(model).join();
            problem = null;
            LOG.info(
                    "Version {} serves (step {}, sha256 {}), loaded in {} ms",
                    version.versionId(),
                    model.info().step(),
                    model.info().sha256(),
                    (System.nanoTime() - begin) / 1_000_000);
        } catch (VersionUnavailableException e) {
            report("The " + (serve.equals(Aliases.CHAMPION) ? "champion " : "version ") + e.getMessage());
        }
    }

    private void bring(VersionKey version) {
        CompletableFuture<Void> answer = asked.remove(version);
        if (answer == null) {
            return;
        }
        try {
            if (!engine.has(version)) {
                engine.place(load(version)).join();
                LOG.info("Version {} was asked for and is in memory beside the one that serves", version);
            }
            answer.complete(null);
        } catch (VersionUnavailableException e) {
            LOG.warn("The version {}", e.getMessage());
            answer.completeExceptionally(new VersionUnavailableException(e.because(), "The version " + e.getMessage()));
        }
    }

    /** The message of the exception lacks its first two words. */
    private LoadedModel load(VersionKey version) {
        CheckpointManifest manifest = manifests.get(version.toString());
        if (manifest == null) {
            throw new VersionUnavailableException(
                    UNKNOWN, version.versionId() + " has no manifest on the topic of checkpoints.");
        }
        Refusal refusal = refusals.get(version);
        if (refusal != null
                && manifest.equals(refusal.manifest())
                && clock.instant().isBefore(refusal.until())) {
            throw new VersionUnavailableException(BROKEN, refusal.reason());
        }
        try {
            LoadedModel model = loader.load(manifest);
            refusals.remove(version);
            return model;
        } catch (ModelLoadException e) {
            String reason = version.versionId() + " cannot be served: " + e.getMessage();
            refusals.put(version, new Refusal(manifest, clock.instant().plus(RETRY), reason));
            throw new VersionUnavailableException(BROKEN, reason);
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
        if (alias) {
            aliases.remove(key);
            if (key.equals(Aliases.key(modelId, serve))) {
                LOG.warn("The alias {} of {} was removed; what serves goes on serving.", serve, modelId);
            }
        } else {
            manifests.remove(key);
        }
    }
}
