package dev.touchstone.trainer.log;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.trainer.learn.Example;
import io.opentelemetry.api.trace.SpanContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One record of the log, decoded. */
public sealed interface LogItem {
    /** Its partition. */
    int partition();

    /** Its offset. */
    long offset();

    /** What it costs a micro-batch, tokens of both sides. */
    int tokens();

    /**
     * A record that can be used.
     *
     * @param example what it says
     * @param trace the span that it comes from; invalid if there is none
     */
    record Usable(int partition, long offset, Example example, SpanContext trace) implements LogItem {
        /** One that brought no trace. */
        public Usable(int partition, long offset, Example example) {
            this(partition, offset, example, SpanContext.getInvalid());
        }

        @Override
        public int tokens() {
            return example.pair().length();
        }
    }

    /**
     * A record that cannot be used.
     *
     * @param record as it came
     * @param reason why it is dead
     * @param detail one sentence on that
     */
    record Dead(ConsumerRecord<byte[], byte[]> record, DeadLetterReason reason, String detail) implements LogItem {
        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }

        @Override
        public int tokens() {
            return 0;
        }
    }
}
