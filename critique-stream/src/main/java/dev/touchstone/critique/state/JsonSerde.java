package dev.touchstone.critique.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. Records as JSON, for state stores and internal topics only. A field that is added later must be nullable: rows
 * of an older version are read with it absent, and fields that are gone are passed over.
 *
 * @param <T> class of the values
 */
public final class JsonSerde<T> implements Serde<T>, Serializer<T>, Deserializer<T> {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private final JavaType type;

    private JsonSerde(JavaType type) {
        this.type = type;
    }

    /** A serde for a class without type parameters. */
    public static <T> JsonSerde<T> of(Class<T> type) {
        return new JsonSerde<>(JSON.constructType(type));
    }

    /** A serde for a class with type parameters. */
    public static <T> JsonSerde<T> of(TypeReference<T> type) {
        return new JsonSerde<>(JSON.constructType(type));
    }

    /** A serde for a class with type parameters that are known only at run time. */
    public static <T> JsonSerde<T> ofParametric(Class<?> type, JsonSerde<?>... parameters) {
        JavaType[] types = new JavaType[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            types[i] = parameters[i].type;
        }
        return new JsonSerde<>(JSON.getTypeFactory().constructParametricType(type, types));
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: a null value has null bytes
    public byte[] serialize(String topic, @Nullable T value) {
        if (value == null) {
            return null;
        }
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new SerializationException("A " + type + " for " + topic + " cannot be written.", e);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: null bytes are a null value
    public T deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return JSON.readValue(bytes, type);
        } catch (IOException e) {
            throw new SerializationException("A row of " + topic + " is not a " + type + ".", e);
        }
    }

    @Override
    public void configure(java.util.Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {}

    @Override
    public Serializer<T> serializer() {
        return this;
    }

    @Override
    public Deserializer<T> deserializer() {
        return this;
    }
}
