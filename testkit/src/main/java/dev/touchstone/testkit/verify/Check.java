package dev.touchstone.testkit.verify;

import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Confined to one thread. One guarantee over some topics: a stage of the stream has a check of its own. It is given every
 * committed record once and is then asked for its judgement, and again each time when more has been read.
 */
interface Check {
    /** The topics of which it wants every record. */
    Set<String> topics();

    /** Takes note of a record; a partition's records come in order, the topics in no order. */
    void take(ConsumerRecord<byte[], byte[]> record);

    /**
     * Says what does not hold for all that was taken.
     *
     * @param retained what the topics still had when reading began
     */
    void judge(Findings findings, Retained retained);
}
