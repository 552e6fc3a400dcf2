package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import java.util.List;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;

/** Immutable. Completions: each comes out, with its critiques or with a status that says why there are none. */
final class CompletionFlow implements Flow {
    private final TopicCatalogue topics;

    CompletionFlow(TopicCatalogue topics) {
        this.topics = topics;
    }

    @Override
    public Topic input() {
        return topics.completions();
    }

    @Override
    public Topic output() {
        return topics.critiquedCompletions();
    }

    @Override
    public String idField() {
        return "completionId";
    }

    @Override
    public boolean breaksARule(GenericRecord completion) {
        return !Flow.isPrompt(Flow.records(completion, "prompt"))
                || Flow.text(completion, "completion").isBlank();
    }

    @Override
    public Fingerprint content(GenericRecord completion) {
        return Fingerprint.of(
                completion.get("prompt"),
                completion.get("completion"),
                completion.get("policyVersion"),
                completion.get("modelVersion"));
    }

    @Override
    public Set<String> reasonsOfTheCritic() {
        return Set.of();
    }

    @Override
    public String originalField() {
        return "completion";
    }

    @Override
    public boolean hasItsCritiques(GenericRecord output) {
        List<GenericRecord> critiques = Flow.records(output, "critiques");
        return outcome(output).equals("CRITIQUED") == !critiques.isEmpty() && Flow.areComplete(critiques);
    }

    @Override
    public String outcome(GenericRecord output) {
        return Flow.text(output, "critiqueStatus");
    }
}
