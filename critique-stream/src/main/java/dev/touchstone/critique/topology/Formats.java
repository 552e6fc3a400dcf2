package dev.touchstone.critique.topology;

import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Thread-safe. How values are read and written, and how their way is traced.
 *
 * @param pairs decoder of pairs
 * @param completions decoder of completions
 * @param values serializer of what goes out
 * @param tracing makes the spans of records
 */
public record Formats(
        RecordDecoder<PreferencePair> pairs,
        RecordDecoder<Completion> completions,
        Serializer<Object> values,
        Tracing tracing) {
    /** By the classes that the settings name. */
    public static Formats of(KafkaSettings settings) {
        return new Formats(
                settings.decoder(PreferencePair.class),
                settings.decoder(Completion.class),
                settings.valueSerializer(),
                settings.tracing());
    }
}
