package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Thread-safe. Counts what comes out, committed, and when. */
final class OutputWatch implements AutoCloseable {
    private static final double KILL_PAUSE_SECONDS = 2;

    private final String deadLetterTopic;
    private final TopicWatch watch;
    private final Admin admin;
    private final List<TopicPartition> outputPartitions;

    private final Map<TopicPartition, Long> lastAt = new HashMap<>();
    private final List<Kill> unanswered = new ArrayList<>();
    private final List<Double> recoveries = new ArrayList<>();
    /** Seconds between commits, as the outputs show them. */
    private final List<Double> commits = new ArrayList<>();

    private long commitAt;
    private long outputs;
    private long deadLetters;
    private long longestSilence;

    /**
     * A kill after which nothing new has come out yet.
     *
     * @param at {@link System#nanoTime()} of it
     * @param ends of the outputs at that moment, what was not committed included: what comes later lies behind
     */
    private record Kill(long at, Map<TopicPartition, Long> ends) {}

    /** @param outputs topics where something comes out, besides the dead letters */
    OutputWatch(KafkaSettings settings, TopicCatalogue topics, List<Topic> outputs) {
        deadLetterTopic = topics.deadLetters().name();
        admin = Admin.create(settings.client());
        watch = new TopicWatch(settings, Stream.concat(outputs.stream(), Stream.of(topics.deadLetters())), this::take);
        outputPartitions = watch.partitions().stream()
                .filter(partition -> !partition.topic().equals(deadLetterTopic))
                .toList();
        watch.start();
    }

    /** Records that came out, dead letters included. */
    synchronized long total() {
        watch.throwIfFailed();
        return outputs + deadLetters;
    }

    synchronized long outputs() {
        return outputs;
    }

    synchronized long deadLetters() {
        return deadLetters;
    }

    /** Partitions of the outputs, and how many of them got something. */
    synchronized int partitionsWithOutput() {
        return lastAt.size();
    }

    int partitions() {
        return outputPartitions.size();
    }

    /** The longest time in which something came out and then, for so long, nothing on the same partition; seconds. */
    synchronized double longestSilenceSeconds() {
        return longestSilence / 1e9;
    }

    /**
     * The median time between commits that brought outputs, seconds; the interval that was set, where there were none. What is
     * seen within half of that interval is one commit, and pauses of some seconds are kills.
     */
    synchronized double commitSeconds() {
        List<Double> sorted = commits.stream().sorted().toList();
        double least = FaultPlan.seconds(FaultPlan.COMMIT_INTERVAL);
        return sorted.isEmpty() ? least : Math.max(least, sorted.get(sorted.size() / 2));
    }

    /** Seconds from each kill to the next output that was committed after it, for the kills that had one. */
    synchronized List<Double> recoveries() {
        return List.copyOf(recoveries);
    }

    /** The service is dead since then: the next output is waited for. */
    void killed(long atNanoTime) throws InterruptedException {
        Map<TopicPartition, Long> ends;
        try {
            ends = admin
                    .listOffsets(outputPartitions.stream()
                            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().offset()));
        } catch (ExecutionException e) {
            throw new KafkaException(e.getCause());
        }
        synchronized (this) {
            unanswered.add(new Kill(atNanoTime, ends));
        }
    }

    @Override
    public void close() {
        watch.close();
        admin.close(Duration.ofSeconds(5));
    }

    private synchronized void take(ConsumerRecord<?, ?> record) {
        if (record.topic().equals(deadLetterTopic)) {
            deadLetters++;
            return;
        }
        outputs++;
        long now = System.nanoTime();
        double sinceCommit = (now - commitAt) / 1e9;
        if (sinceCommit > FaultPlan.seconds(FaultPlan.COMMIT_INTERVAL) / 2) {
            if (sinceCommit < KILL_PAUSE_SECONDS) {
                commits.add(sinceCommit);
            }
            commitAt = now;
        }
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        Long before = lastAt.put(partition, now);
        if (before != null) {
            longestSilence = Math.max(longestSilence, now - before);
        }
        for (Iterator<Kill> kills = unanswered.iterator(); kills.hasNext(); ) {
            Kill kill = kills.next();
            if (record.offset() >= kill.ends().getOrDefault(partition, 0L)) {
                recoveries.add((now - kill.at()) / 1e9);
                kills.remove();
            }
        }
    }
}
