package dev.touchstone.scorer.stream;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.SuppliedCritique;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Makes what the loop sends: rewards and dead letters. Every record it makes is small enough to be sent. */
final class RewardRecords {
    /** Largest record that is sent, bytes; the topics take 4 MiB, the rest is room for the batch around it. */
    static final int LARGEST = (4 << 20) - (8 << 10);

    private static final String SERVICE = "scorer";
    private static final int PER_HEADER = 16;

    private final Serializer<Object> serializer;
    private final String rewards;
    private final String deadLetters;

    RewardRecords(KafkaSettings settings, TopicCatalogue topics) {
        serializer = settings.valueSerializer();
        rewards = topics.rewards().name();
        deadLetters = topics.deadLetters().name();
    }

    /** What the model is asked about a completion that breaks no rule. */
    static Candidate candidate(CritiquedCompletion critiqued) {
        Completion completion = critiqued.getCompletion();
        Critique critique = critique(critiqued);
        return Candidate.of(
                completion.getPrompt(),
                completion.getCompletion(),
                critique == null
                        ? null
                        : new SuppliedCritique(
                                critique.getText(), critique.getCriticModel(), critique.getPromptVersion()),
                whyWithout(critiqued));
    }

    /** The reward of one completion; without critique and attributes where they would make it too large to be sent. */
    ProducerRecord<byte[], byte[]> reward(
            ConsumerRecord<byte[], byte[]> origin,
            CritiquedCompletion critiqued,
            @Nullable ModelInfo model,
            Outcome outcome,
            Instant now) {
        Completion completion = critiqued.getCompletion();
        Instant scoredAt = now.truncatedTo(ChronoUnit.MICROS);
        String id = completion.getCompletionId().toString();
        Headers headers = new RecordHeaders(origin.headers().toArray());
        EventHeaders.set(headers, id, "/touchstone/" + SERVICE, "dev.touchstone.reward", scoredAt);
        Reward reward = Reward.newBuilder()
                .setCompletionId(completion.getCompletionId())
                .setStatus(outcome.status())
                .setReason(outcome.reason())
                .setLogit(outcome.logit())
                .setValue(outcome.value())
                .setModelId(model == null ? null : model.modelId())
                .setModelVersion(model == null ? null : model.versionId())
                .setModelSha256(model == null ? null : model.sha256())
                .setCritique(outcome.critiqueRead() ? critique(critiqued) : null)
                .setCritiqueStatus(critiqued.getCritiqueStatus())
                .setPolicyVersion(completion.getPolicyVersion())
                .setGroupId(completion.getGroupId())
                .setSource(completion.getSource())
                .setScoredAt(scoredAt)
                .setAttributes(completion.getAttributes())
                .build();
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = record(rewards, key, reward, headers);
        if (size(record) <= LARGEST) {
            return record;
        }
        Reward slim = Reward.newBuilder(reward)
                .setCritique(null)
                .setAttributes(Map.of())
                .setReason((outcome.reason() == null ? "" : outcome.reason() + " ")
                        + "Critique and attributes were left out: they do not fit into a record.")
                .build();
        Headers few = new RecordHeaders();
        EventHeaders.set(few, id, "/touchstone/" + SERVICE, "dev.touchstone.reward", scoredAt);
        return record(rewards, key, slim, few);
    }

    /** A dead letter with the original bytes; where they do not fit, its headers say where they are. */
    ProducerRecord<byte[], byte[]> deadLetter(ConsumerRecord<byte[], byte[]> origin, String detail, Instant now) {
        ProducerRecord<byte[], byte[]> whole =
                deadLetter(origin, origin.key(), origin.value(), origin.headers(), detail, now);
        return size(whole) <= LARGEST
                ? whole
                : deadLetter(
                        origin,
                        null,
                        null,
                        new RecordHeaders(),
                        detail + " It is too large to be copied: it lies where the headers say.",
                        now);
    }

    private ProducerRecord<byte[], byte[]> deadLetter(
            ConsumerRecord<byte[], byte[]> origin,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers original,
            String detail,
            Instant now) {
        Headers headers = DeadLetters.headers(
                original,
                new DeadLetters.Origin(origin.topic(), origin.partition(), origin.offset()),
                SERVICE,
                DeadLetterReason.UNDECODABLE,
                detail,
                1,
                now);
        return DeadLetters.record(deadLetters, key, value, headers);
    }

    private ProducerRecord<byte[], byte[]> record(String topic, byte[] key, Reward reward, Headers headers) {
        return new ProducerRecord<>(topic, null, key, serializer.serialize(topic, reward), headers);
    }

    /** The first sample: the model learnt from one critique at a time. */
    private static @Nullable Critique critique(CritiquedCompletion critiqued) {
        return critiqued.getCritiques().stream()
                .filter(critique -> !critique.getText().isBlank())
                .findFirst()
                .orElse(null);
    }

    private static String whyWithout(CritiquedCompletion critiqued) {
        CritiqueStatus status = critiqued.getCritiqueStatus();
        String reason = critiqued.getCritiqueReason();
        return "There is no critique (" + status + ")" + (reason == null ? "." : ": " + reason);
    }

    private static long size(ProducerRecord<byte[], byte[]> record) {
        long size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            size += header.key().length() * 3L + length(header.value()) + PER_HEADER;
        }
        return size;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
