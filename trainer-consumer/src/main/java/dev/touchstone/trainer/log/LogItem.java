package dev.touchstone.trainer.log;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.trainer.learn.Example;
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
     */
    record Usable(int partition, long offset, Example example) implements LogItem {
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
