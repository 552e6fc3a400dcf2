package dev.touchstone.trainer.log;

import dev.touchstone.rewardmodel.text.InputRefusedException;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.learn.PairEncoder;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes items of the log out of records: decoded, checked and encoded, or dead. */
public final class PairReader {
    private final RecordDecoder<CritiquedPair> decoder;
    private final PairEncoder encoder;
    private final Tracing tracing;

    /**
     * @param decoder of the topic's values
     * @param encoder of the model
     */
    public PairReader(RecordDecoder<CritiquedPair> decoder, PairEncoder encoder) {
        this(decoder, encoder, Tracing.OFF);
    }

    /**
     * The same with traces.
     *
     * @param tracing reads where a pair comes from
     */
    public PairReader(RecordDecoder<CritiquedPair> decoder, PairEncoder encoder, Tracing tracing) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.tracing = tracing;
    }

    /**
     * The item that a record holds.
     *
     * @throws dev.touchstone.schemas.registry.RegistryUnavailableException if the registry stays away
     */
    LogItem read(ConsumerRecord<byte[], byte[]> record) {
        Decoded<CritiquedPair> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<CritiquedPair> valid) {
            Optional<String> problem = RecordRules.problemOf(valid.value().getPair());
            return problem.isPresent()
                    ? new LogItem.Dead(record, DeadLetterReason.INVALID, problem.get())
                    : encoded(record, valid.value());
        }
        String reason = ((Decoded.Undecodable<CritiquedPair>) decoded).reason();
        return new LogItem.Dead(record, DeadLetterReason.UNDECODABLE, reason);
    }

    private LogItem encoded(ConsumerRecord<byte[], byte[]> record, CritiquedPair pair) {
        try {
            return new LogItem.Usable(
                    record.partition(), record.offset(), encoder.encode(pair), tracing.origin(record.headers()));
        } catch (InputRefusedException e) {
            return new LogItem.Dead(record, DeadLetterReason.INVALID, String.valueOf(e.getMessage()));
        }
    }
}
