package dev.touchstone.scorer.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Confined to the loop's thread. Sends records and commits the offsets they came from in one transaction, or does neither. */
final class RewardTransactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RewardTransactions.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private @Nullable Producer<byte[], byte[]> producer;

    /** @param producers makes a producer that is transactional, always with the same {@code transactional.id} */
    RewardTransactions(Supplier<Producer<byte[], byte[]>> producers) {
        this.producers = producers;
    }

    /**
     * Ends what an earlier life under the same transactional id left open, and fences it.
     *
     * @return false if the brokers did not answer in time; ask again
     * @throws KafkaException if it can never succeed, for example for want of a permission
     */
    boolean open() {
        if (producer != null) {
            return true;
        }
        Producer<byte[], byte[]> fresh = producers.get();
        try {
            fresh.initTransactions();
            producer = fresh;
            return true;
        } catch (KafkaException e) {
            fresh.close(Duration.ZERO);
            if (isFinal(e)) {
                throw e;
            }
            LOG.warn("The transaction of an earlier life cannot be ended yet, it is tried again: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Publishes records and offsets in one transaction.
     *
     * @return whether it was committed; if not, nothing of it can be seen, the caller goes back to the committed offsets and
     *     calls {@link #open} before the next transaction
     * @throws KafkaException if it can never succeed: somebody else has taken over, or a permission is missing
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails if a send has failed
    boolean publish(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            throw new IllegalStateException("open() has not succeeded");
        }
        try {
            open.beginTransaction();
            records.forEach(open::send);
            open.sendOffsetsToTransaction(offsets, group);
            open.commitTransaction();
            return true;
        } catch (KafkaException e) {
            if (isFinal(e)) {
                throw e;
            }
            LOG.warn("A transaction of {} records is taken back and done again: {}", records.size(), e.toString());
            abort(open);
            return false;
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
            producer = null;
        }
    }

    /** A producer that cannot abort is of no more use; the next one ends its transaction. */
    private void abort(Producer<byte[], byte[]> open) {
        try {
            open.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            // IllegalStateException: a commit timed out, this producer may do nothing but commit again.
            if (isFinal(e)) {
                throw e;
            }
            LOG.warn("The transaction could not be taken back by its producer, a new one does it: {}", e.toString());
            open.close(Duration.ZERO);
            producer = null;
        }
    }

    private static boolean isFinal(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof FencedInstanceIdException
                    || cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException
                    || cause instanceof UnsupportedVersionException
                    || cause instanceof InterruptException) {
                return true;
            }
        }
        return false;
    }
}
