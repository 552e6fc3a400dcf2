package dev.touchstone.critique.state;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Thread-safe. Which input partitions are shut for now, because the task behind them has too much under way. A processor says
 * so here, and the consumer in front of it does not fetch from them: what waits, waits in Kafka.
 *
 * <p>Why not hold records back in {@code process()}: a stream thread goes on with what it has fetched, without a poll, until
 * that is used up or half of {@code max.poll.interval.ms} has passed. Holding 50 ms at every record kept the answers of other
 * tasks, which only a poll brings, away for two minutes (measured).
 */
public final class Valve {
    private final Set<TopicPartition> shut = ConcurrentHashMap.newKeySet();

    /** Shuts or opens a partition. */
    public void set(TopicPartition partition, boolean toShut) {
        if (toShut) {
            shut.add(partition);
        } else {
            shut.remove(partition);
        }
    }

    /** Whether a partition is shut. */
    public boolean isShut(TopicPartition partition) {
        return shut.contains(partition);
    }
}
