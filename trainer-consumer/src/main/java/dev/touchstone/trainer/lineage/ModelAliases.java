package dev.touchstone.trainer.lineage;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.ModelAlias;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. The names of one model's versions, as they stand, and which versions were champion, as far back as is known; its
 * trainer is the only one to change them.
 */
public final class ModelAliases {
    private final Map<String, ModelAlias> byName = new TreeMap<>();
    private final List<String> champions = new ArrayList<>();

    /** No version has a name yet. */
    public ModelAliases() {}

    /**
     * Reads the names that stand on the broker now.
     *
     * @param topic of the names
     * @param patience how long to wait for open transactions of others
     */
    public static ModelAliases read(KafkaSettings settings, String topic, String modelId, Duration patience) {
        ModelAliases aliases = new ModelAliases();
        RecordDecoder<ModelAlias> decoder = settings.decoder(ModelAlias.class);
        TopicReader.readToEnd(settings, topic, patience, record -> {
            byte @Nullable [] key = record.key();
            if (record.value() == null) {
                String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
                aliases.byName.keySet().removeIf(alias -> name.equals(Aliases.key(modelId, alias)));
            } else if (decoder.decode(topic, record.value()) instanceof Decoded.Valid<ModelAlias> valid
                    && valid.value().getModelId().equals(modelId)) {
                aliases.put(valid.value());
            }
        });
        return aliases;
    }

    /** The version that has this name. */
    public Optional<String> version(String alias) {
        return Optional.ofNullable(byName.get(alias)).map(ModelAlias::getVersionId);
    }

    /** Every version that has a name, for whatever reason: its files must stay. */
    public Set<String> versions() {
        return byName.values().stream().map(ModelAlias::getVersionId).collect(Collectors.toSet());
    }

    /** Takes over a change that has been published. */
    public void apply(AliasChange change) {
        ModelAlias value = change.value();
        if (value == null) {
            byName.remove(change.alias());
        } else {
            put(value);
        }
    }

    /** Versions that were champion and are no more, the last one last. */
    List<String> formerChampions() {
        List<String> former = new ArrayList<>(champions);
        version(Aliases.CHAMPION).ifPresent(former::remove);
        return former;
    }

    /** What will be pointed to when these changes have been published, and what is until then; nothing is taken over. */
    Named with(List<AliasChange> changes) {
        ModelAliases then = new ModelAliases();
        then.byName.putAll(byName);
        then.champions.addAll(champions);
        changes.forEach(then::apply);
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

    private void put(ModelAlias alias) {
        byName.put(alias.getAlias(), alias);
        if (alias.getAlias().equals(Aliases.CHAMPION)) {
            champions.remove(alias.getVersionId());
            champions.add(alias.getVersionId());
        }
    }
}
