package dev.touchstone.testkit.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Reads values of one topic: a zero byte, the id of the writer's schema in four bytes, the record in
 * Avro's binary form and nothing behind it.
 */
final class ValueReader {
    private static final int HEAD = 5;

    private final SchemaSource schemas;
    private final Schema expected;

    /** @param expected the schema of the topic; what was written with another version of it is brought into this form */
    ValueReader(SchemaSource schemas, @Nullable Schema expected) {
        if (expected == null) {
            throw new IllegalArgumentException("The values of this topic have no schema");
        }
        this.schemas = schemas;
        this.expected = expected;
    }

    /** The record, or empty if the bytes are none of the topic's kind. */
    Optional<GenericRecord> read(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length < HEAD || bytes[0] != 0) {
            return Optional.empty();
        }
        Optional<Schema> writer = schemas.byId(ByteBuffer.wrap(bytes).getInt(1));
        if (writer.isEmpty()
                || writer.get().getType() != Schema.Type.RECORD
                || !writer.get().getFullName().equals(expected.getFullName())) {
            return Optional.empty();
        }
        // A model of its own, without conversions: ids stay texts and times numbers.
        GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(writer.get(), expected, new GenericData());
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, HEAD, bytes.length - HEAD, null);
        try {
            @SuppressWarnings("NullAway") // nothing is to be used again
            GenericRecord record = reader.read(null, decoder);
            return decoder.isEnd() ? Optional.of(record) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // damaged bytes make Avro throw exceptions of many kinds
        }
    }
}
