package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.ModelAlias;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Not thread-safe. Where the aliases of one model point, and which versions were champion, as far back as is known. */
public final class Aliases {
    /** The alias of the version that serves. */
    public static final String CHAMPION = "champion";

    private final Map<String, String> versions = new LinkedHashMap<>();
    private final List<String> champions = new ArrayList<>();

    /**
     * Reads the aliases of a model, up to what is on the broker now.
     *
     * @param topic of the aliases
     * @param patience how long to wait for open transactions of others
     */
    public static Aliases read(KafkaSettings settings, String topic, String modelId, Duration patience) {
        Aliases aliases = new Aliases();
        RecordDecoder<ModelAlias> decoder = settings.decoder(ModelAlias.class);
        TopicReader.readToEnd(settings, topic, patience, record -> {
            if (record.value() == null) {
                if (record.key() != null) {
                    aliases.remove(modelId, new String(record.key(), StandardCharsets.UTF_8));
                }
            } else if (decoder.decode(topic, record.value()) instanceof Decoded.Valid<ModelAlias> valid
                    && valid.value().getModelId().equals(modelId)) {
                aliases.add(valid.value());
            }
        });
        return aliases;
    }

    /** Notes that an alias was moved. */
    public void add(ModelAlias alias) {
        versions.put(alias.getAlias(), alias.getVersionId());
        if (alias.getAlias().equals(CHAMPION)) {
            champions.remove(alias.getVersionId());
            champions.add(alias.getVersionId());
        }
    }

    /** Notes that an alias was removed. */
    public void remove(String alias) {
        versions.remove(alias);
    }

    /** The version that an alias points to. */
    public Optional<String> version(String alias) {
        return Optional.ofNullable(versions.get(alias));
    }

    /** The versions that aliases point to, whatever their names. */
    public Collection<String> versions() {
        return List.copyOf(versions.values());
    }

    /** Versions that were champion and are no more, the last one last. */
    public List<String> formerChampions() {
        List<String> former = new ArrayList<>(champions);
        version(CHAMPION).ifPresent(former::remove);
        return former;
    }

    /** What will be pointed to when aliases have been moved, and what is until then; nothing is noted. */
    Named with(List<ModelAlias> moved) {
        Aliases then = new Aliases();
        then.versions.putAll(versions);
        then.champions.addAll(champions);
        moved.forEach(then::add);
        Set<String> named = new HashSet<>(versions());
        named.addAll(then.versions());
        return new Named(named, then.formerChampions());
    }

    /**
     * Versions that a person or the gate may want back.
     *
     * @param versions named by an alias, now or in a moment
     * @param formerChampions in a moment, the last one last
     */
    record Named(Set<String> versions, List<String> formerChampions) {
        Named {
            versions = Set.copyOf(versions);
            formerChampions = List.copyOf(formerChampions);
        }
    }

    private void remove(String modelId, String key) {
        if (key.startsWith(modelId + "/")) {
            remove(key.substring(modelId.length() + 1));
        }
    }
}
