package dev.touchstone.schemas.kafka;

import dev.touchstone.schemas.registry.RegistryUnavailableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe if its deserializer is, as ours is. Decodes values to one generated class and tells the record's fault, which
 * is a dead letter, from the registry's, which is an exception: a record is never blamed for a registry that is away.
 *
 * @param <T> the class of the values
 */
public final class RecordDecoder<T> {
    private final Class<T> type;
    private final Deserializer<Object> deserializer;

    /**
     * @param type the expected class
     * @param deserializer a configured deserializer
     */
    public RecordDecoder(Class<T> type, Deserializer<Object> deserializer) {
        this.type = type;
        this.deserializer = deserializer;
    }

    /**
     * Decodes one value.
     *
     * @throws RegistryUnavailableException if the registry stays away (or the exception of another deserializer that says so)
     */
    public Decoded<T> decode(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return new Decoded.Undecodable<>("The record has no value.");
        }
        Object value;
        try {
            value = deserializer.deserialize(topic, bytes);
        } catch (SerializationException e) {
            if (registryIsAway(e)) {
                throw e;
            }
            return new Decoded.Undecodable<>(String.valueOf(e.getMessage()));
        }
        return type.isInstance(value)
                ? new Decoded.Valid<>(type.cast(value))
                : new Decoded.Undecodable<>("The record is not a " + type.getSimpleName() + ".");
    }

    /** Another vendor's deserializer wraps its client's connection errors in a SerializationException. */
    private static boolean registryIsAway(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException
                    || cause instanceof SocketException
                    || cause instanceof SocketTimeoutException
                    || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }
}
