package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import java.util.List;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;

/** Immutable. Pairs: each comes out with the critiques of both sides, or is a dead letter. */
final class PairFlow implements Flow {
    private static final double LARGEST_MARGIN = 100;

    private final TopicCatalogue topics;

    PairFlow(TopicCatalogue topics) {
        this.topics = topics;
    }

    @Override
    public Topic input() {
        return topics.pairs();
    }

    @Override
    public Topic output() {
        return topics.critiquedPairs();
    }

    @Override
    public String idField() {
        return "pairId";
    }

    @Override
    public boolean breaksARule(GenericRecord pair) {
        String chosen = Flow.text(pair, "chosen");
        String rejected = Flow.text(pair, "rejected");
        return !Flow.isPrompt(Flow.records(pair, "prompt"))
                || chosen.isBlank()
                || rejected.isBlank()
                || chosen.equals(rejected)
                || !isBetween(pair.get("margin"), LARGEST_MARGIN)
                || !isBetween(pair.get("strength"), 1);
    }

    @Override
    public Fingerprint content(GenericRecord pair) {
        return Fingerprint.of(
                pair.get("prompt"),
                pair.get("chosen"),
                pair.get("rejected"),
                pair.get("preference"),
                pair.get("strength"),
                pair.get("margin"));
    }

    @Override
    public Set<String> reasonsOfTheCritic() {
        return Set.of("CRITIC_REFUSED", "CRITIC_EXHAUSTED", "CRITIC_UNPARSABLE");
    }

    @Override
    public String originalField() {
        return "pair";
    }

    @Override
    public boolean hasItsCritiques(GenericRecord output) {
        List<GenericRecord> chosen = Flow.records(output, "chosenCritiques");
        List<GenericRecord> rejected = Flow.records(output, "rejectedCritiques");
        return !chosen.isEmpty() && !rejected.isEmpty() && Flow.areComplete(chosen) && Flow.areComplete(rejected);
    }

    @Override
    public String outcome(GenericRecord output) {
        return "CRITIQUED";
    }

    /** Null, or a number from 0 to a limit; no number is neither. */
    private static boolean isBetween(Object value, double limit) {
        return value == null || value instanceof Double number && number >= 0 && number <= limit;
    }
}
