package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Confined to one thread. Every dead letter says why it is dead, and from which topic of the catalogue it is. */
final class DeadLetterCheck implements Check {
    private final String deadLetters;
    private final Set<String> known;
    private final List<Position> malformed = new ArrayList<>();
    private final Map<String, Long> bySource = new TreeMap<>();

    DeadLetterCheck(TopicCatalogue topics) {
        deadLetters = topics.deadLetters().name();
        known = topics.all().stream().map(Topic::name).collect(Collectors.toSet());
    }

    @Override
    public Set<String> topics() {
        return Set.of(deadLetters);
    }

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
        Optional<DeadLetter> letter = DeadLetter.of(record);
        if (letter.isEmpty() || !known.contains(letter.get().source().topic())) {
            malformed.add(Position.of(record));
        } else {
            bySource.merge(letter.get().source().topic(), 1L, Long::sum);
        }
    }

    @Override
    public void judge(Findings findings, Retained retained) {
        malformed.forEach(position -> findings.broken(Problem.MALFORMED_DEAD_LETTER, position.toString()));
        bySource.forEach((topic, number) -> findings.count(deadLetters, "from " + topic, number));
    }
}
