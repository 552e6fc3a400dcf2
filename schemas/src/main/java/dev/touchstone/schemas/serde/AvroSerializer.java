package dev.touchstone.schemas.serde;

import dev.touchstone.schemas.registry.RegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe once configured. Writes Avro records in Confluent's wire format: a zero byte, the schema's id as four bytes
 * (big-endian), the record in Avro's binary encoding. The subject is the topic's name with {@code -value} or {@code -key}.
 *
 * <p>Settings as in Confluent's serializer: {@code schema.registry.url}, {@code basic.auth.user.info},
 * {@code bearer.auth.token}, {@value #AUTO_REGISTER} (true by default).
 */
public final class AvroSerializer implements Serializer<Object> {
    /** Whether a schema that the registry does not know is registered. */
    public static final String AUTO_REGISTER = "auto.register.schemas";

    static final byte MAGIC = 0;

    private @Nullable RegistryClient registry;
    private boolean key;
    private boolean register = true;

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
        registry = new RegistryClient(config);
        key = isKey;
        Object auto = config.get(AUTO_REGISTER);
        register = auto == null || Boolean.parseBoolean(auto.toString());
    }

    /** @throws SerializationException if the value is no Avro record or does not fit its schema */
    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: a null value has null bytes
    public byte[] serialize(String topic, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (registry == null) {
            throw new IllegalStateException("configure() has not been called");
        }
        if (!(value instanceof GenericContainer container)) {
            throw new SerializationException("A " + value.getClass().getName() + " is not an Avro record.");
        }
        Schema schema = container.getSchema();
        int id = registry.id(subject(topic, key), schema, register);
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        out.write(MAGIC);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            DatumWriter<Object> writer = value instanceof SpecificRecord
                    ? new SpecificDatumWriter<>(schema)
                    : new GenericDatumWriter<>(schema);
            writer.write(value, encoder);
            encoder.flush();
        } catch (IOException | AvroRuntimeException | ClassCastException | NullPointerException e) {
            throw new SerializationException("The record for " + topic + " does not fit its schema.", e);
        }
        return out.toByteArray();
    }

    static String subject(String topic, boolean key) {
        return topic + (key ? "-key" : "-value");
    }
}
