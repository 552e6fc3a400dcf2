package dev.touchstone.critique.topology;

import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.PreferencePair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Avro without a registry: the first byte is the schema's place in a list. */
final class TestAvro {
    private static final List<Schema> SCHEMAS = List.of(
            PreferencePair.getClassSchema(),
            Completion.getClassSchema(),
            CritiquedPair.getClassSchema(),
            CritiquedCompletion.getClassSchema());

    byte[] serialize(String topic, Object value) {
        Schema schema = ((SpecificRecord) value).getSchema();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(SCHEMAS.indexOf(schema));
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            new SpecificDatumWriter<>(schema, SpecificData.getForClass(value.getClass())).write(value, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    Object deserialize(String topic, byte[] bytes) {
        if (bytes.length == 0 || bytes[0] < 0 || bytes[0] >= SCHEMAS.size()) {
            throw new SerializationException("The bytes are no Avro.");
        }
        Schema schema = SCHEMAS.get(bytes[0]);
        try {
            SpecificData model = SpecificData.getForSchema(schema);
            return new SpecificDatumReader<>(schema, schema, model)
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, 1, bytes.length - 1, null));
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new SerializationException("The bytes are no Avro.", e);
        }
    }
}
