package dev.touchstone.critique.critic;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Immutable. What a critique depends on beside the text it is about. Stands in every critique, and in the hash by which equal
 * requests are recognised.
 *
 * @param model name of the critic's model, as asked for
 * @param promptVersion version of the prompt template
 * @param parameters sampling parameters by name, sorted
 */
public record CriticIdentity(String model, String promptVersion, SortedMap<String, String> parameters) {
    /** Copies the parameters. */
    public CriticIdentity {
        parameters = new TreeMap<>(parameters);
    }

    /** All of it as parts of a content hash. */
    public List<String> parts() {
        return Stream.concat(
                        Stream.of(model, promptVersion),
                        parameters.entrySet().stream().map(CriticIdentity::part))
                .toList();
    }

    private static String part(Map.Entry<String, String> parameter) {
        return parameter.getKey() + "=" + parameter.getValue();
    }
}
