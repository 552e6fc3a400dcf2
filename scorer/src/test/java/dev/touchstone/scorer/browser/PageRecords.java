package dev.touchstone.scorer.browser;

import static dev.touchstone.scorer.Fixtures.CRITIC;
import static dev.touchstone.scorer.Fixtures.MODEL;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.testkit.topics.Records;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** What a system that has run for a while leaves on its topics. */
final class PageRecords {
    static final int CHECKPOINTS = 40;
    static final int PAIRS_EACH = 64;

    private static final List<String> ANSWERS = List.of(
            "It is 4.",
            "Two and two make four, as one sees by counting: one, two, three, four.",
            "The sum is 5, which follows from rounding both numbers up.",
            "I would rather not say.");

    private final KafkaSettings settings;
    private final TopicCatalogue topics;
    private final Instant now;

    PageRecords(KafkaSettings settings, TopicCatalogue topics, Instant now) {
        this.settings = settings;
        this.topics = topics;
        this.now = now;
    }

    /** Figures of training, their checkpoints and those of the plain arm. */
    void training() {
        for (int i = 1; i <= CHECKPOINTS; i++) {
            double grown = 1 - Math.exp(-i / 9.0);
            double wave = 0.012 * Math.sin(i * 1.7);
            metrics(i, 0.52 + 0.39 * grown + wave, 0.52 + 0.26 * grown - wave, 0.69 - 0.42 * grown - wave, 3.1 * grown);
            arm(MODEL, i, 0.5 + 0.36 * grown);
            arm(MODEL + ".plain", i, 0.5 + 0.36 * (1 - Math.exp(-i / 80.0)));
        }
    }

    private void metrics(int i, double with, double without, double loss, double margin) {
        send(
                topics.trainingMetrics().name(),
                MODEL,
                TrainingMetrics.newBuilder()
                        .setModelId(MODEL)
                        .setVersionId("step-" + i)
                        .setStep(i * 2L)
                        .setTrainedPairs((long) i * PAIRS_EACH)
                        .setHeldOutPairs(i * 7L)
                        .setWindowPairs(512)
                        .setLoss(loss)
                        .setMargin(margin)
                        .setWindowAccuracy(with - 0.02)
                        .setPrequentialAccuracy(with - 0.05)
                        .setHeldOutAccuracy(i == CHECKPOINTS ? 0.875 : with + 0.01)
                        .setHeldOutAccuracyWithoutCritique(without)
                        .setHeldOutLengthAccuracy(0.55)
                        .setValues(Map.of("windowAccuracyWithCritique", with, "windowAccuracyWithoutCritique", without))
                        .setMeasuredAt(now.minusSeconds(10L * (CHECKPOINTS - i)))
                        .build());
    }

    private void arm(String model, int i, double accuracy) {
        double pairs = (double) i * PAIRS_EACH;
        String kind = model.equals(MODEL) ? "WithCritique" : "";
        CheckpointManifest.Builder manifest = manifest("step-" + i, i, "file:///nowhere/" + i, "0");
        manifest.setModelId(model);
        manifest.setParent(i == 1 ? null : "step-" + (i - 1));
        manifest.setTrainedPairs((long) pairs);
        manifest.setMetrics(Map.of(
                "prequentialPairs" + kind, pairs, "prequentialAccuracy" + kind, accuracy, "heldOutAccuracy", accuracy));
        manifest.setCreatedAt(now.minusSeconds(10L * (CHECKPOINTS - i)));
        manifest.setRetiredAt(i < CHECKPOINTS - 8 ? now : null);
        manifest.setGate(
                i % 5 == 0 ? GateDecision.PROMOTED : i % 3 == 0 ? GateDecision.NOT_EVALUATED : GateDecision.REJECTED);
        manifest.setGateReasons(
                i % 5 == 0
                        ? List.of("The evidence is 41.2, at least 20.")
                        : List.of(
                                "The evidence is 3.8, less than 20.",
                                "The slice hard loses 0.06, more than 0.05, not explained by chance (0.01)."));
        send(topics.checkpoints().name(), model + "/" + manifest.getVersionId(), manifest.build());
    }

    /** A builder that is begun anew: Avro's copies lose themselves between the class loaders of a test of Quarkus. */
    static CheckpointManifest.Builder manifest(String version, long step, String uri, String sha256) {
        return CheckpointManifest.newBuilder()
                .setModelId(MODEL)
                .setVersionId(version)
                .setUri(uri)
                .setSha256(sha256)
                .setStep(step)
                .setOffsets(List.of())
                .setTrainedPairs(step)
                .setHeldOutPairs(step)
                .setCriticModel(CRITIC)
                .setPromptVersion(Fixtures.PROMPT_VERSION)
                .setRewardMean(0.0)
                .setRewardDeviation(0.5)
                .setCreatedAt(Fixtures.NOW);
    }

    void alias(String name, String version, String by, String reason) {
        send(
                topics.models().name(),
                MODEL + "/" + name,
                ModelAlias.newBuilder()
                        .setModelId(MODEL)
                        .setAlias(name)
                        .setVersionId(version)
                        .setReasons(List.of(reason))
                        .setChangedBy(by)
                        .setChangedAt(now)
                        .build());
    }

    /** Completions with critiques, some without; numbers from {@code from} on. */
    void completions(int from, int many) {
        for (int i = from; i < from + many; i++) {
            CritiquedCompletion critiqued = i % 7 == 3
                    ? Fixtures.uncritiqued(i, ANSWERS.get(i % ANSWERS.size()))
                    : critiqued(i, ANSWERS.get(i % ANSWERS.size()), "Attempt " + i + ": the sum is checked and right.");
            send(topics.critiquedCompletions().name(), Fixtures.id(i).toString(), critiqued);
        }
    }

    void completion(int number, String completion, String critique) {
        send(
                topics.critiquedCompletions().name(),
                Fixtures.id(number).toString(),
                critiqued(number, completion, critique));
    }

    private CritiquedCompletion critiqued(int number, String completion, String critique) {
        return CritiquedCompletion.newBuilder()
                .setCompletion(Fixtures.completion(number, completion))
                .setCritiques(List.of(critique(critique)))
                .setCritiqueStatus(CritiqueStatus.CRITIQUED)
                .build();
    }

    private Critique critique(String text) {
        return Critique.newBuilder()
                .setText(text)
                .setCriticModel(CRITIC)
                .setPromptVersion(Fixtures.PROMPT_VERSION)
                .setCreatedAt(now)
                .setPromptTokens(420)
                .setCompletionTokens(80)
                .setCost(0.25)
                .build();
    }

    /** Pairs that go in; the first {@code answered} of them come out with critiques. */
    void pairs(int many, int answered) {
        for (int i = 0; i < many; i++) {
            PreferencePair pair = PreferencePair.newBuilder()
                    .setPairId(new UUID(0x5000L, 0x8000000000000000L | i))
                    .setPrompt(List.of(new Message("user", "What is 2 plus 2?")))
                    .setChosen("It is 4.")
                    .setRejected("It is 5.")
                    .setPreference(Preference.CHOSEN)
                    .setLabelledAt(now)
                    .build();
            send(topics.pairs().name(), pair.getPairId().toString(), pair);
            if (i < answered) {
                send(
                        topics.critiquedPairs().name(),
                        pair.getPairId().toString(),
                        new CritiquedPair(
                                pair, List.of(critique("Right, " + i + ".")), List.of(critique("Wrong, " + i + "."))));
            }
        }
    }

    void deadLetters() {
        List<DeadLetterReason> reasons = new ArrayList<>(List.of(
                DeadLetterReason.UNDECODABLE, DeadLetterReason.CRITIC_REFUSED, DeadLetterReason.CRITIC_REFUSED));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            for (int i = 0; i < reasons.size(); i++) {
                producer.send(DeadLetters.record(
                        topics.deadLetters().name(),
                        null,
                        new byte[] {1},
                        DeadLetters.headers(
                                new RecordHeaders(),
                                new DeadLetters.Origin("elsewhere", 0, i),
                                "critique-stream",
                                reasons.get(i),
                                "The record breaks a rule <b>here</b>.",
                                1,
                                now.minus(Duration.ofMinutes(i)))));
            }
        }
    }

    /** Takes a name away from its version. */
    void remove(String name) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            producer.send(DeadLetters.record(
                    topics.models().name(),
                    (MODEL + "/" + name).getBytes(StandardCharsets.UTF_8),
                    null,
                    new RecordHeaders()));
        }
    }

    void send(String topic, String key, SpecificRecord value) {
        Records.send(settings, topic, key, value);
    }
}
