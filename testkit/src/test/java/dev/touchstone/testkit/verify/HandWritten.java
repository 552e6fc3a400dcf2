package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Topics written by hand, as the critique stream would write them, or would not. */
final class HandWritten implements AutoCloseable {
    private static final Instant TIME = Instant.parse("2026-11-23T10:00:00Z");

    private final KafkaSettings settings;
    private final TopicCatalogue topics;
    private final KafkaProducer<byte[], byte[]> producer;

    /** A record that was sent, and where it went. */
    record Sent(ProducerRecord<byte[], byte[]> record, RecordMetadata at) {
        String position() {
            return at.topic() + "-" + at.partition() + "-" + at.offset();
        }
    }

    HandWritten(KafkaSettings settings, TopicCatalogue topics) {
        this.settings = settings;
        this.topics = topics;
        producer = new KafkaProducer<>(settings.byteProducer());
    }

    static UUID id(int number) {
        return new UUID(0x4000, 0x8000_0000_0000_0000L + number);
    }

    static Completion completion(int id, String text) {
        return Completion.newBuilder()
                .setCompletionId(id(id))
                .setPrompt(List.of(new Message("user", "What is " + id + "?")))
                .setCompletion(text)
                .setSource("test")
                .setCreatedAt(TIME)
                .build();
    }

    static PreferencePair pair(int id, String chosen) {
        return PreferencePair.newBuilder()
                .setPairId(id(id))
                .setPrompt(List.of(new Message("user", "What is " + id + "?")))
                .setChosen(chosen)
                .setRejected("Go away.")
                .setSource("test")
                .setLabelledAt(TIME)
                .build();
    }

    /** Critiques with the samples 0, 1, and so on. */
    static List<Critique> critiques(int number) {
        return IntStream.range(0, number).mapToObj(HandWritten::critique).toList();
    }

    static Critique critique(int sample) {
        return Critique.newBuilder()
                .setText("It is fine.")
                .setCriticModel("critic")
                .setPromptVersion("critique-v1")
                .setSample(sample)
                .setCreatedAt(TIME)
                .build();
    }

    Sent in(Completion completion) {
        return send(topics.completions(), completion.getCompletionId(), completion);
    }

    Sent in(PreferencePair pair) {
        return send(topics.pairs(), pair.getPairId(), pair);
    }

    Sent out(Completion completion) {
        return out(completion, CritiqueStatus.CRITIQUED, critiques(1));
    }

    Sent out(Completion completion, CritiqueStatus status, List<Critique> critiques) {
        CritiquedCompletion value = CritiquedCompletion.newBuilder()
                .setCompletion(completion)
                .setCritiques(critiques)
                .setCritiqueStatus(status)
                .build();
        return send(topics.critiquedCompletions(), completion.getCompletionId(), value);
    }

    Sent out(PreferencePair pair) {
        return out(pair, critiques(1), critiques(2));
    }

    Sent out(PreferencePair pair, List<Critique> chosen, List<Critique> rejected) {
        CritiquedPair value = CritiquedPair.newBuilder()
                .setPair(pair)
                .setChosenCritiques(chosen)
                .setRejectedCritiques(rejected)
                .build();
        return send(topics.critiquedPairs(), pair.getPairId(), value);
    }

    /** The dead letter that a record deserves. */
    Sent dead(Sent of, DeadLetterReason reason) {
        return send(letter(of, reason));
    }

    ProducerRecord<byte[], byte[]> letter(Sent of, DeadLetterReason reason) {
        Headers headers = DeadLetters.headers(
                of.record().headers(),
                new DeadLetters.Origin(
                        of.at().topic(), of.at().partition(), of.at().offset()),
                "critique-stream",
                reason,
                "A sentence.",
                1,
                TIME);
        return DeadLetters.record(
                topics.deadLetters().name(), of.record().key(), of.record().value(), headers);
    }

    Sent bytes(TopicCatalogue.Topic topic, String value) {
        Headers headers = new RecordHeaders();
        headers.add("traceparent", "00-1-2-01".getBytes(StandardCharsets.UTF_8));
        headers.add("nothing", null);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return send(DeadLetters.record(topic.name(), null, bytes, headers));
    }

    Sent send(TopicCatalogue.Topic topic, UUID id, SpecificRecord value) {
        return send(new ProducerRecord<>(topic.name(), key(id), serialized(topic, value)));
    }

    byte[] serialized(TopicCatalogue.Topic topic, SpecificRecord value) {
        return settings.valueSerializer().serialize(topic.name(), value);
    }

    Sent send(ProducerRecord<byte[], byte[]> record) {
        try {
            // The client closes headers against changes once it sends them.
            Headers headers = new RecordHeaders(record.headers().toArray());
            return new Sent(
                    new ProducerRecord<>(record.topic(), null, record.key(), record.value(), headers),
                    producer.send(record).get());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends records in a transaction that is given up: readers of committed records must not see them. */
    void sendAndAbort(Sent... again) {
        var config = settings.byteProducer();
        config.put("transactional.id", "aborts-" + topics.pairs().name());
        try (KafkaProducer<byte[], byte[]> transactional = new KafkaProducer<>(config)) {
            transactional.initTransactions();
            transactional.beginTransaction();
            Arrays.stream(again)
                    .forEach(sent -> transactional.send(new ProducerRecord<>(
                            sent.record().topic(),
                            sent.record().key(),
                            sent.record().value())));
            transactional.flush();
            transactional.abortTransaction();
        }
    }

    static byte[] key(UUID id) {
        return id.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
