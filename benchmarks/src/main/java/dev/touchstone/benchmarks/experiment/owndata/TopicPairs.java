package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Critiques;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.trainer.lineage.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Confined to one thread. Pairs with the critiques that are stored in the topic of critiqued pairs. Of more pairs than are wanted it keeps a sample: those
 * whose ids have the least hashes, whatever their order.
 */
final class TopicPairs {
    private static final Duration ADMIN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final String topic;
    private final int most;
    private final RecordDecoder<CritiquedPair> decoder;
    private final TreeMap<String, OwnPair> kept = new TreeMap<>();
    private long read;
    private long unusable;

    private TopicPairs(KafkaSettings settings, String topic, int most) {
        this.topic = topic;
        this.most = most;
        decoder = settings.decoder(CritiquedPair.class);
    }

    /**
     * The pairs that are there now.
     *
     * @param most so many are kept
     * @throws UserError if there is no such topic, or there are too few pairs
     */
    static OwnData read(KafkaSettings settings, TopicCatalogue topics, int most) {
        String topic = topics.critiquedPairs().name();
        if (new TopicAdmin(settings, ADMIN).missing(topics).contains(topic)) {
            throw new UserError("There is no topic " + topic
                    + ": create the topics with ./touchstone topics --create, or name others with --topic-prefix.");
        }
        TopicPairs pairs = new TopicPairs(settings, topic, most);
        TopicReader.readToEnd(settings, topic, PATIENCE, pairs::add);
        return pairs.data();
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        read++;
        if (decoder.decode(record.topic(), record.value()) instanceof Decoded.Valid<CritiquedPair> valid
                && RecordRules.problemOf(valid.value().getPair()).isEmpty()
                && valid.value().getPair().getPreference() == Preference.CHOSEN) {
            PreferencePair pair = valid.value().getPair();
            String id = pair.getPairId().toString();
            kept.put(Ids.contentHash("sample", List.of(id), List.of()), pair(valid.value()));
            if (kept.size() > most) {
                kept.pollLastEntry();
            }
        } else {
            unusable++;
        }
    }

    private OwnData data() {
        List<String> notes = new ArrayList<>();
        notes.add(read + " records of " + topic + " were read"
                + (unusable == 0 ? "" : ", " + unusable + " of them ties or unusable")
                + (kept.size() < most ? "." : "; a sample of " + most + " pairs was kept."));
        notes.add("The critiques are those that were stored when the pairs came in.");
        return OwnData.of(topic, List.copyOf(new LinkedHashSet<>(kept.values())), notes);
    }

    private static OwnPair pair(CritiquedPair critiqued) {
        PreferencePair pair = critiqued.getPair();
        boolean both = !critiqued.getChosenCritiques().isEmpty()
                && !critiqued.getRejectedCritiques().isEmpty();
        return new OwnPair(
                pair.getPrompt().stream()
                        .map(turn -> new Turn(turn.getRole(), turn.getContent()))
                        .toList(),
                pair.getChosen(),
                pair.getRejected(),
                both
                        ? new Critiques(
                                remark(critiqued.getChosenCritiques()), remark(critiqued.getRejectedCritiques()))
                        : null,
                null);
    }

    /** The first sample, as the trainer reads it. */
    private static Remark remark(List<Critique> samples) {
        Critique first = samples.stream()
                .min(Comparator.comparingInt(Critique::getSample))
                .orElseThrow();
        Map<String, Double> verdicts = new LinkedHashMap<>();
        for (AspectVerdict verdict : first.getVerdicts()) {
            verdicts.put(
                    verdict.getAspect(),
                    switch (verdict.getVerdict()) {
                        case GOOD -> 1.0;
                        case MIXED, UNKNOWN -> 0.5;
                        case BAD -> 0.0;
                    });
        }
        return new Remark(first.getText(), verdicts);
    }
}
