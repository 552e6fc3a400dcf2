package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue.Topic;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;

/** Immutable. One way through the critique stream: what comes in by a topic and goes out by another, and what both obey. */
interface Flow {
    /** Where records come in. */
    Topic input();

    /** Where they come out. */
    Topic output();

    /** The field that holds a record's id. */
    String idField();

    /** Whether a record breaks one of the rules that go beyond the schema. */
    boolean breaksARule(GenericRecord record);

    /** What makes two records with one id the same; when and from where they came is no part of it. */
    Fingerprint content(GenericRecord record);

    /** Reasons for which a readable record that obeys the rules may be dead although its size is right and its id its own. */
    Set<String> reasonsOfTheCritic();

    /** The field of an output that holds the record as it came in. */
    String originalField();

    /** Whether an output's critiques are complete and agree with its status. */
    boolean hasItsCritiques(GenericRecord output);

    /** In a word what became of a record, such as its status. */
    String outcome(GenericRecord output);

    /** A text field, empty if it is null. */
    static String text(GenericRecord record, String field) {
        Object value = record.get(field);
        return value == null ? "" : value.toString();
    }

    /** An array field. */
    @SuppressWarnings("unchecked") // arrays of records, by the schema
    static List<GenericRecord> records(GenericRecord record, String field) {
        Object value = record.get(field);
        return value == null ? List.of() : (List<GenericRecord>) value;
    }

    /** Whether a prompt has turns, of known roles, and asks something. */
    static boolean isPrompt(List<GenericRecord> turns) {
        return !turns.isEmpty()
                && turns.stream().allMatch(turn -> text(turn, "role").matches("system|user|assistant|tool"))
                && !text(turns.get(turns.size() - 1), "content").isBlank();
    }

    /** Whether critiques say something, say by whom and how asked, and have sample numbers of their own. */
    static boolean areComplete(List<GenericRecord> critiques) {
        Set<Object> samples = new HashSet<>();
        return critiques.stream()
                .allMatch(critique -> !text(critique, "text").isBlank()
                        && !text(critique, "criticModel").isBlank()
                        && !text(critique, "promptVersion").isBlank()
                        && samples.add(text(critique, "sample")));
    }
}
