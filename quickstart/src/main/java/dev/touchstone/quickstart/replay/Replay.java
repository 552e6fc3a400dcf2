package dev.touchstone.quickstart.replay;

import dev.touchstone.quickstart.topic.TopicUpToNow;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Sends dead letters back to the partition they came from, with the key, value and headers that the
 * record had there. Only those that lie on the topic when it begins are looked at: a record that dies again is not sent for
 * ever. Nothing is remembered of what was sent back before; the critique stream drops what has come through meanwhile.
 */
public final class Replay {
    /** Header of a record that was sent back: topic, partition and offset of the dead letter, with dashes between them. */
    public static final String REPLAYED_FROM = "replayed-from";

    private static final String OURS = "dead-letter-";

    private final KafkaSettings settings;
    private final String deadLetters;
    private final Set<String> allowed;

    private final Map<String, Map<String, Long>> sent = new TreeMap<>();
    private final Map<String, Long> skipped = new TreeMap<>();
    private final Map<String, Integer> partitions = new HashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long left;

    /** Hears how far reading is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called often.
         *
         * @param done dead letters looked at
         * @param total dead letters there are
         * @param sent those sent back
         */
        void at(long done, long total, long sent);
    }

    /**
     * For one run.
     *
     * @param settings how to reach the brokers
     * @param topics names of the topics, which exist
     */
    public Replay(KafkaSettings settings, TopicCatalogue topics) {
        this.settings = settings;
        deadLetters = topics.deadLetters().name();
        allowed = sources(topics);
    }

    /** The topics that letters are sent back to: those that services take records from, none that steers them. */
    public static Set<String> sources(TopicCatalogue topics) {
        return Stream.of(topics.pairs(), topics.completions(), topics.critiquedPairs(), topics.critiquedCompletions())
                .map(Topic::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Sends the chosen letters back and returns when the brokers have them all.
     *
     * @param dryRun whether to count alone
     * @throws UserError if a letter could not be delivered
     */
    public ReplayReport run(Choice choice, boolean dryRun, Progress progress) {
        left = choice.limit();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteConsumer());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            boolean all = read(consumer, producer, choice, dryRun, progress);
            producer.flush();
            throwIfFailed();
            return new ReplayReport(sent, skipped, !all);
        }
    }

    /** Whether every letter was looked at. */
    private boolean read(
            KafkaConsumer<byte[], byte[]> consumer,
            KafkaProducer<byte[], byte[]> producer,
            Choice choice,
            boolean dryRun,
            Progress progress) {
        TopicUpToNow letters = new TopicUpToNow(consumer, settings, deadLetters, "dead letter");
        seek(consumer, letters, choice);
        while (letters.hasNext()) {
            for (ConsumerRecord<byte[], byte[]> letter : letters.next()) {
                if (choice.hasTime(letter.timestamp())) {
                    if (left == 0) {
                        return false;
                    }
                    take(consumer, producer, choice, letter, dryRun);
                }
            }
            throwIfFailed();
            progress.at(letters.done(), letters.total(), choice.limit() - left);
        }
        return true;
    }

    private static void seek(KafkaConsumer<?, ?> consumer, TopicUpToNow letters, Choice choice) {
        if (choice.since() == null) {
            return;
        }
        long since = choice.since().toEpochMilli();
        Map<TopicPartition, @Nullable OffsetAndTimestamp> found = new HashMap<>(consumer.offsetsForTimes(
                letters.partitions().stream().collect(Collectors.toMap(partition -> partition, partition -> since))));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : letters.partitions()) {
            OffsetAndTimestamp first = found.get(partition);
            offsets.put(partition, first == null ? letters.end(partition) : first.offset());
        }
        letters.from(offsets);
    }

    private void take(
            KafkaConsumer<?, ?> consumer,
            KafkaProducer<byte[], byte[]> producer,
            Choice choice,
            ConsumerRecord<byte[], byte[]> letter,
            boolean dryRun) {
        String reason = text(letter.headers(), DeadLetters.REASON);
        String topic = text(letter.headers(), DeadLetters.TOPIC);
        String partition = text(letter.headers(), DeadLetters.PARTITION);
        String offset = text(letter.headers(), DeadLetters.OFFSET);
        if (reason == null || topic == null || partition == null || offset == null) {
            skip("without the headers that say where it is from");
        } else if (choice.hasReason(reason) && (choice.topic() == null || topic.equals(choice.topic()))) {
            if (!allowed.contains(topic)) {
                skip("from a topic that nothing is sent back to");
            } else if (!partition.matches("\\d{1,6}") || Integer.parseInt(partition) >= partitions(consumer, topic)) {
                skip("from a partition that does not exist");
            } else {
                if (!dryRun) {
                    send(producer, letter, topic, Integer.parseInt(partition));
                }
                left--;
                sent.computeIfAbsent(topic, first -> new TreeMap<>()).merge(reason, 1L, Long::sum);
            }
        }
    }

    private int partitions(KafkaConsumer<?, ?> consumer, String topic) {
        return partitions.computeIfAbsent(
                topic, name -> consumer.partitionsFor(name).size());
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer,
            ConsumerRecord<byte[], byte[]> letter,
            String topic,
            int partition) {
        Headers headers = new RecordHeaders();
        for (Header header : letter.headers()) {
            if (!header.key().startsWith(OURS) && !header.key().equals(REPLAYED_FROM)) {
                headers.add(header);
            }
        }
        String from = letter.topic() + "-" + letter.partition() + "-" + letter.offset();
        headers.add(REPLAYED_FROM, from.getBytes(StandardCharsets.UTF_8));
        Future<?> unused = producer.send(
                new ProducerRecord<>(topic, partition, null, letter.key(), letter.value(), headers),
                (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
    }

    private void skip(String why) {
        skipped.merge(why, 1L, Long::sum);
    }

    private void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw new UserError(
                    "Kafka at " + settings.bootstrapServers() + " did not take a record back: " + error.getMessage()
                            + " Mend that and run the same again: what has come through meanwhile is dropped.",
                    error);
        }
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
