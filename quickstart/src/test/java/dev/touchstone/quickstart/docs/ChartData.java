package dev.touchstone.quickstart.docs;

import static dev.touchstone.quickstart.docs.Yaml.map;

import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.testkit.cluster.Rights;
import dev.touchstone.testkit.cluster.Rights.Right;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the Helm chart knows of topics and rights: files of the chart, from the catalogue and from {@code docs/security.md}. */
final class ChartData {
    /** Rows of the table: users of the chart, and what the scorer's has as well where it has a page. */
    private static final List<String> ROWS = List.of("critique-stream", "keda", "page", "scorer", "trainer");

    private static final String PREFIX = TopicCatalogue.DEFAULT_PREFIX;
    private static final String CRITIQUE_STREAM = ConsumerGroups.critiqueStream(PREFIX);
    private static final String HEAD = "# Made from the code: run " + GeneratedFile.COMMAND + ".\n";

    private ChartData() {}

    /** Topics by their names without prefix. */
    static String topics() throws IOException {
        Map<String, Object> topics = new LinkedHashMap<>();
        for (Topic topic : new TopicCatalogue(PREFIX).all()) {
            topics.put(
                    topic.name().substring(PREFIX.length()),
                    map("partitions", topic.partitions(), "config", new TreeMap<>(topic.config())));
        }
        return HEAD + Yaml.text(topics);
    }

    /**
     * Rights by row, as ACL rules of Strimzi. A name begins with {@code PREFIX} or {@code CRITIQUE_STREAM}, which the chart
     * replaces.
     */
    static String rights() throws IOException {
        Map<String, Object> rights = new LinkedHashMap<>();
        for (String row : ROWS) {
            Map<Map<String, Object>, List<String>> operations = new LinkedHashMap<>();
            Rights.of(row, PREFIX)
                    .rights()
                    .forEach(right -> operations
                            .computeIfAbsent(resource(right), key -> new ArrayList<>())
                            .add(word(right.operation().name())));
            rights.put(
                    row,
                    operations.entrySet().stream()
                            .map(rule -> map(
                                    "resource", rule.getKey(),
                                    "operations",
                                            rule.getValue().stream().distinct().toList()))
                            .toList());
        }
        return HEAD + Yaml.text(rights);
    }

    private static Map<String, Object> resource(Right right) {
        boolean prefix = right.name().endsWith("*");
        String name = prefix ? right.name().substring(0, right.name().length() - 1) : right.name();
        return map(
                "type", firstSmall(word(right.resource().name())),
                "name",
                        name.startsWith(CRITIQUE_STREAM)
                                ? name.replace(CRITIQUE_STREAM, "CRITIQUE_STREAM")
                                : name.replaceFirst("^" + PREFIX.replace(".", "\\."), "PREFIX"),
                "patternType", prefix ? "prefix" : "literal");
    }

    private static String word(String constant) {
        return List.of(constant.split("_")).stream()
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private static String firstSmall(String word) {
        return word.substring(0, 1).toLowerCase(Locale.ROOT) + word.substring(1);
    }
}
