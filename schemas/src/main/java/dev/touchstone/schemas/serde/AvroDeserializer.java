package dev.touchstone.schemas.serde;

import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe once configured. Reads Avro records in Confluent's wire format (see {@link AvroSerializer}).
 *
 * <p>Settings as in Confluent's deserializer: those of the registry and {@value #SPECIFIC}: true for the generated classes
 * (found by the writer's full name), false, the default, for generic records.
 */
public final class AvroDeserializer implements Deserializer<Object> {
    /** Whether to make instances of generated classes. */
    public static final String SPECIFIC = "specific.avro.reader";

    private static final int HEADER_BYTES = 1 + Integer.BYTES;
    private static final SpecificData CLASSES = new SpecificData(AvroDeserializer.class.getClassLoader());

    /**
     * A generated class's own model looks classes up with Avro's class loader, which in a container (Quarkus in tests and in
     * dev mode) is another one than that of the class.
     */
    private static final ClassValue<SpecificData> MODELS = new ClassValue<>() {
        @Override
        protected SpecificData computeValue(Class<?> type) {
            SpecificData model = new SpecificData(type.getClassLoader());
            SpecificData.getForClass(type).getConversions().forEach(model::addLogicalTypeConversion);
            return model;
        }
    };

    static {
        // Damaged bytes may claim a string of two gigabytes: Avro must refuse before it allocates. No record is this
        // large.
        limit("org.apache.avro.limits.string.maxLength", 16 << 20);
        limit("org.apache.avro.limits.bytes.maxLength", 16 << 20);
        limit("org.apache.avro.limits.collectionItems.maxLength", 1 << 20);
    }

    private @Nullable RegistryClient registry;
    private boolean specific;

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
        registry = new RegistryClient(config);
        Object setting = config.get(SPECIFIC);
        specific = setting != null && Boolean.parseBoolean(setting.toString());
    }

    /**
     * @throws SerializationException if the bytes are not a record that can be read; this is the record's fault
     * @throws dev.touchstone.schemas.registry.RegistryUnavailableException if the registry stays away; this is not
     */
    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: null bytes are a null value
    public Object deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (registry == null) {
            throw new IllegalStateException("configure() has not been called");
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != AvroSerializer.MAGIC) {
            throw new SerializationException("The bytes do not begin with a zero byte and a schema id.");
        }
        int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        Schema writer;
        try {
            writer = registry.schema(id);
        } catch (RegistryException e) {
            throw new SerializationException("The registry has no usable schema " + id + ".", e);
        }
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null);
        try {
            Object value = reader(writer).read(null, decoder);
            if (!decoder.isEnd()) {
                throw new SerializationException("There are bytes behind the record.");
            }
            return value;
        } catch (IOException
                | AvroRuntimeException
                | IllegalArgumentException
                | ClassCastException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | UnsupportedOperationException e) {
            // Beside Avro's own: a logical type refuses the value (an id that is no UUID), or a damaged length.
            throw new SerializationException("The bytes are not a record of schema " + id + ".", e);
        }
    }

    private DatumReader<Object> reader(Schema writer) {
        Class<?> type = specific ? CLASSES.getClass(writer) : null;
        if (type == null) {
            return new GenericDatumReader<>(writer);
        }
        SpecificData model = MODELS.get(type);
        return new SpecificDatumReader<>(writer, model.getSchema(type), model);
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }
}
