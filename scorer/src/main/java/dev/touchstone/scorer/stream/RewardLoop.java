package dev.touchstone.scorer.stream;

import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread calls {@link #run}; {@link #close} may be called by any thread. Reads critiqued completions and publishes
 * exactly one reward each: what one poll brought is scored as one batch and published, with its offsets, in one transaction.
 *
 * <p>It joins the group only when a model serves: an instance that cannot score holds no partition that another could
 * serve. It is a static member of the group: an instance that comes back after a crash gets its partitions at once.
 */
public final class RewardLoop implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RewardLoop.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 5_000;

    private final String input;
    private final String instanceId;
    private final ScoringEngine engine;
    private final ScorerMetrics metrics;
    private final Answering answering;
    private final RewardTransactions transactions;
    private final Map<String, Object> consumerConfig;
    private final CountDownLatch closing = new CountDownLatch(1);
    private int failures;

    /**
     * @param settings how to reach Kafka
     * @param topicPrefix prefix of the topics; group and transactions are named with it too
     * @param instanceId name of this instance among those that share the group, the same after a restart
     * @param engine what scores
     * @param versions finds the versions that completions ask for
     * @param metrics where dead letters are counted
     * @param clock when a reward was made
     */
    public RewardLoop(
            KafkaSettings settings,
            String topicPrefix,
            String instanceId,
            ScoringEngine engine,
            VersionSource versions,
            ScorerMetrics metrics,
            Clock clock) {
        this(settings, topicPrefix, instanceId, engine, versions, metrics, clock, KafkaProducer::new);
    }

    RewardLoop(
            KafkaSettings settings,
            String topicPrefix,
            String instanceId,
            ScoringEngine engine,
            VersionSource versions,
            ScorerMetrics metrics,
            Clock clock,
            Function<Map<String, Object>, Producer<byte[], byte[]>> producers) {
        TopicCatalogue topics = new TopicCatalogue(topicPrefix);
        this.input = topics.critiquedCompletions().name();
        this.instanceId = instanceId;
        this.engine = engine;
        this.metrics = metrics;
        answering = new Answering(settings, topics, engine, versions, clock);
        consumerConfig = settings.byteConsumer();
        consumerConfig.put(ConsumerConfig.GROUP_ID_CONFIG, ConsumerGroups.scorer(topicPrefix));
        consumerConfig.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instanceId);
        consumerConfig.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "10000");
        consumerConfig.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "128");
        Map<String, Object> producerConfig = settings.byteProducer();
        producerConfig.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topicPrefix + "scorer-" + instanceId);
        transactions = new RewardTransactions(() -> producers.apply(producerConfig));
    }

    /**
     * Runs until it is closed.
     *
     * @throws UserError if another instance has taken over under the same instance id
     */
    @Override
    public void run() {
        try (transactions) {
            while (!closed() && !engine.awaitModel(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                // No model, nothing to do: the log of the follower says why.
            }
            if (!closed()) {
                consume();
            }
        } catch (WakeupException e) {
            LOG.debug("The loop has ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ProducerFencedException | FencedInstanceIdException e) {
            throw new UserError(
                    "Another scorer has taken over under the instance id " + instanceId
                            + ": give every instance a touchstone.instance-id of its own.",
                    e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }

    private boolean closed() {
        return closing.getCount() == 0;
    }

    private void consume() throws InterruptedException {
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerConfig);
        try {
            consumer.subscribe(List.of(input));
            while (!closed()) {
                if (!transactions.open()) {
                    continue;
                }
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                if (polled.isEmpty()) {
                    continue;
                }
                if (publish(polled, consumer)) {
                    failures = 0;
                } else {
                    rewind(consumer);
                    pause();
                }
            }
        } finally {
            // Leaving at a planned stop lets the other instances take over at once.
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
    }

    /** Whether what was polled is answered and committed. */
    private boolean publish(ConsumerRecords<byte[], byte[]> polled, Consumer<byte[], byte[]> consumer)
            throws InterruptedException {
        Answering.Answers answers;
        try {
            answers = answering.answer(polled);
        } catch (RegistryUnavailableException | SerializationException e) {
            LOG.warn("{} records wait, nothing of them is lost. {}", polled.count(), e.getMessage());
            return false;
        } catch (VersionUnavailableException e) {
            LOG.info("{} records wait for a version. {}", polled.count(), e.getMessage());
            return false;
        }
        if (!transactions.publish(answers.records(), polled.nextOffsets(), consumer.groupMetadata())) {
            return false;
        }
        metrics.given(answers.outcomes());
        metrics.deadLetters(DeadLetterReason.UNDECODABLE, answers.undecodable());
        return true;
    }

    private void pause() throws InterruptedException {
        long millis = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures++, 10));
        if (closing.await(millis, TimeUnit.MILLISECONDS)) {
            LOG.debug("Closed while waiting");
        }
    }

    /** Goes back to what is committed: what was read after it is read again. */
    private void rewind(Consumer<byte[], byte[]> consumer) {
        while (!closed()) {
            try {
                Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
                for (TopicPartition partition : consumer.assignment()) {
                    OffsetAndMetadata offset = committed.get(partition);
                    if (offset == null) {
                        consumer.seekToBeginning(List.of(partition));
                    } else {
                        consumer.seek(partition, offset);
                    }
                }
                return;
            } catch (TimeoutException e) {
                LOG.warn("The committed offsets cannot be read yet, it is tried again: {}", e.getMessage());
            }
        }
    }
}
