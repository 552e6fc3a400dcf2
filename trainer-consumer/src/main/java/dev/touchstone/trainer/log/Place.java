package dev.touchstone.trainer.log;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Immutable. A place in a log: where it is begun with, or up to where it is read. */
public sealed interface Place {
    /** The beginning of what is there. */
    record Beginning() implements Place {}

    /** The end of what is committed when it is asked. */
    record End() implements Place {}

    /**
     * The same offset in every partition, or the end of one that is shorter.
     *
     * @param next the first offset behind the place
     */
    record Everywhere(long next) implements Place {}

    /**
     * An offset of each partition.
     *
     * @param next the first offset behind the place, by partition
     */
    record Offsets(SortedMap<Integer, Long> next) implements Place {}

    /**
     * Before the first record of each partition that was written then or later.
     *
     * @param time when, UTC
     */
    record Moment(Instant time) implements Place {}

    /**
     * Reads a number, {@code partition:offset,...}, or a moment such as 2026-11-23T10:00:00Z.
     *
     * @param name of the setting or option, for the sentence
     * @throws UserError if the text is none of these
     */
    static Place parse(String name, String text) {
        try {
            if (text.matches("\\d+")) {
                return new Everywhere(Long.parseLong(text));
            }
            if (text.matches("\\d+:\\d+(,\\d+:\\d+)*")) {
                SortedMap<Integer, Long> next = new TreeMap<>();
                for (String part : text.split(",", -1)) {
                    int colon = part.indexOf(':');
                    next.put(Integer.parseInt(part.substring(0, colon)), Long.parseLong(part.substring(colon + 1)));
                }
                return new Offsets(next);
            }
            return new Moment(Instant.parse(text));
        } catch (NumberFormatException | DateTimeException e) {
            throw new UserError(
                    "The value '" + text + "' of " + name
                            + " is no place in the log: give one offset for all partitions, an offset of each such as"
                            + " 0:120,1:98, or a time such as 2026-11-23T10:00:00Z.",
                    e);
        }
    }

    /**
     * The first offset behind the place, by partition; a partition is missing where the place is its beginning.
     *
     * @throws UserError if it is not of this topic
     */
    default SortedMap<Integer, Long> in(KafkaSettings kafka, String topic) {
        if (this instanceof Beginning) {
            return new TreeMap<>();
        }
        try (Admin admin = Admin.create(kafka.client())) {
            List<TopicPartition> partitions =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                            .flatMap(description -> description.partitions().stream())
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            SortedMap<Integer, Long> ends = ask(admin, partitions, OffsetSpec.latest());
            if (this instanceof Moment moment) {
                ask(admin, partitions, OffsetSpec.forTimestamp(moment.time().toEpochMilli()))
                        .forEach((partition, first) -> {
                            if (first >= 0) { // -1: everything is older
                                ends.merge(partition, first, Math::min);
                            }
                        });
            } else if (this instanceof Everywhere everywhere) {
                ends.replaceAll((partition, end) -> Math.min(end, everywhere.next()));
            } else if (this instanceof Offsets offsets) {
                require(offsets, topic, ends);
                return offsets.next();
            }
            return ends;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
    }

    private static SortedMap<Integer, Long> ask(Admin admin, List<TopicPartition> partitions, OffsetSpec what)
            throws ExecutionException, InterruptedException {
        SortedMap<Integer, Long> found = new TreeMap<>();
        admin.listOffsets(
                        partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> what)),
                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get()
                .forEach((partition, answer) -> found.put(partition.partition(), answer.offset()));
        return found;
    }

    private static void require(Offsets offsets, String topic, Map<Integer, Long> ends) {
        if (!offsets.next().keySet().equals(ends.keySet())) {
            throw new UserError("The partitions of " + topic + " are " + ends.keySet()
                    + ": name an offset of each of them and of no other.");
        }
        offsets.next().forEach((partition, next) -> {
            if (next > ends.getOrDefault(partition, 0L)) {
                throw new UserError("Partition " + partition + " of " + topic + " ends at offset " + ends.get(partition)
                        + ", before " + next + ": name an offset that is there.");
            }
        });
    }
}
