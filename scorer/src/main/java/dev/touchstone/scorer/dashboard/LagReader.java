package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread calls {@link #run}; the rest is thread-safe. Asks the broker now and then how far each service is behind the ends
 * of its topics. A broker that does not answer, or does not allow it, leaves the lags unknown and ends nothing.
 */
public final class LagReader implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LagReader.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final long LIMIT_SECONDS = 10;

    private final KafkaSettings settings;
    private final List<Reader> readers;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile List<Lag> lags = List.of();
    private boolean warned;

    private record Reader(String service, String group, String topic) {}

    /**
     * How far a service is behind.
     *
     * @param service its name
     * @param topic what it reads
     * @param offsets from what it has committed to the end of what is committed, over all partitions; markers of transactions
     *     count, too. Null if it has committed none yet
     */
    public record Lag(
            String service, String topic, @Nullable Long offsets) {}

    /**
     * @param settings how to reach Kafka
     * @param topics the topics' names
     * @param modelId the model whose trainer is meant
     */
    public LagReader(KafkaSettings settings, TopicCatalogue topics, String modelId) {
        this.settings = settings;
        String prefix = topics.prefix();
        String critiques = ConsumerGroups.critiqueStream(prefix);
        readers = List.of(
                new Reader("critique-stream", critiques, topics.pairs().name()),
                new Reader("critique-stream", critiques, topics.completions().name()),
                new Reader(
                        "trainer",
                        ConsumerGroups.trainer(prefix, modelId),
                        topics.critiquedPairs().name()),
                new Reader(
                        "scorer",
                        ConsumerGroups.scorer(prefix),
                        topics.critiquedCompletions().name()));
    }

    /** The newest answers; empty while nothing is known. */
    public List<Lag> lags() {
        return lags;
    }

    /** What is asked for, with no offsets. */
    public List<Lag> asked() {
        return readers.stream()
                .map(reader -> new Lag(reader.service(), reader.topic(), null))
                .toList();
    }

    /** How far the service of this answer is behind on its topic by now, offsets; not a number while that is not known. */
    public double lag(Lag asked) {
        return lags.stream()
                .filter(lag ->
                        lag.service().equals(asked.service()) && lag.topic().equals(asked.topic()))
                .map(Lag::offsets)
                .filter(Objects::nonNull)
                .mapToDouble(Long::doubleValue)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Override
    public void run() {
        try (Admin admin = Admin.create(settings.client())) {
            do {
                read(admin);
            } while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void read(Admin admin) throws InterruptedException {
        try {
            lags = ask(admin);
            warned = false;
        } catch (ExecutionException | TimeoutException e) {
            lags = List.of();
            if (!warned) {
                warned = true;
                LOG.warn("The lags of the services are not known. {}", String.valueOf(e.getMessage()));
            }
        }
    }

    private List<Lag> ask(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> topics = readers.stream().map(Reader::topic).collect(Collectors.toSet());
        Map<TopicPartition, OffsetSpec> wanted = new LinkedHashMap<>();
        for (TopicDescription topic : admin.describeTopics(topics)
                .allTopicNames()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                .values()) {
            topic.partitions()
                    .forEach(p -> wanted.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
        }
        var ends = admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        List<Lag> found = new ArrayList<>();
        for (Reader reader : readers) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(reader.group())
                    .partitionsToOffsetAndMetadata()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            Long lag = null;
            for (var end : ends.entrySet()) {
                OffsetAndMetadata offset = committed.get(end.getKey());
                if (end.getKey().topic().equals(reader.topic()) && offset != null) {
                    lag = (lag == null ? 0 : lag) + Math.max(0, end.getValue().offset() - offset.offset());
                }
            }
            found.add(new Lag(reader.service(), reader.topic(), lag));
        }
        return List.copyOf(found);
    }
}
