package dev.touchstone.quickstart.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Dashboards, rules and the table of metrics, as they lie in the repository. */
public final class ObservabilityFiles {
    static final Path HOME = ProjectHome.find().resolve("docker/observability");
    static final Path RULES = HOME.resolve("prometheus/rules/touchstone.yml");
    private static final Path TABLE = ProjectHome.find().resolve("docs/observability.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)[`{].*\\| ([a-z, -]+) \\|");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*),\\s*\\w+\\)");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private ObservabilityFiles() {}

    /**
     * An expression and where it stands.
     *
     * @param where file and title
     * @param text PromQL
     */
    public record Expression(String where, String text) {}

    static Map<Path, JsonNode> dashboards() throws IOException {
        Map<Path, JsonNode> dashboards = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(HOME.resolve("grafana/dashboards"))) {
            for (Path file : files.sorted().toList()) {
                dashboards.put(file, JSON.readTree(file.toFile()));
            }
        }
        return dashboards;
    }

    static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static List<JsonNode> alerts() throws IOException {
        return elements(yaml(RULES).get("groups"))
                .flatMap(group -> elements(group.get("rules")))
                .toList();
    }

    /** Every expression of every dashboard and rule. */
    public static List<Expression> expressions() throws IOException {
        List<Expression> found = new ArrayList<>();
        dashboards().forEach((file, dashboard) -> {
            String name = file.getFileName().toString();
            elements(dashboard.get("panels"))
                    .forEach(panel -> elements(panel.path("targets"))
                            .forEach(target -> found.add(new Expression(
                                    name + ", " + panel.get("title").asText(),
                                    target.get("expr").asText()))));
            elements(dashboard.get("templating").get("list")).forEach(variable -> {
                Matcher values = LABEL_VALUES.matcher(
                        variable.path("query").path("query").asText());
                if (values.matches()) {
                    found.add(new Expression(name + ", $" + variable.get("name").asText(), values.group(1)));
                }
            });
        });
        for (JsonNode alert : alerts()) {
            found.add(new Expression(
                    "alert " + alert.get("alert").asText(), alert.get("expr").asText()));
        }
        return found;
    }

    /** What expressions read and no service exposes, each with its place; {@code up} is Prometheus' own. */
    public static List<String> unexposed(Map<String, Exposition> services) throws IOException {
        List<String> missing = new ArrayList<>();
        for (Expression expression : expressions()) {
            for (PromQl.Selector selector : PromQl.selectors(expression.text())) {
                if (!selector.metric().equals("up")
                        && services.values().stream().noneMatch(exposed -> exposed.has(selector))) {
                    missing.add(expression.where() + ": " + selector.metric() + selector.labels());
                }
            }
        }
        return missing;
    }

    /** By service, which metrics it has by the table of {@code docs/observability.md}. */
    public static Map<String, Set<String>> documented() throws IOException {
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        String section = "";
        for (String line : Files.readAllLines(TABLE)) {
            section = line.startsWith("## ") ? line : section;
            Matcher row = ROW.matcher(line);
            if (section.equals("## Metrics") && row.matches()) {
                for (String service : row.group(2).split(", ")) {
                    metrics.computeIfAbsent(service, s -> new TreeSet<>()).add(row.group(1));
                }
            }
        }
        return metrics;
    }

    /** By service, which of the project's metrics it exposes. */
    public static Map<String, Set<String>> exposed(Map<String, Exposition> services) {
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        services.forEach((service, exposition) -> metrics.put(service, new TreeSet<>(exposition.ownMetrics())));
        return metrics;
    }
}
