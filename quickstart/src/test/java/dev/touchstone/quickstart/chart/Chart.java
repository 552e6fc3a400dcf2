package dev.touchstone.quickstart.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** The chart, and what Helm makes of it. */
final class Chart {
    /** Values that the chart is tried with, by their files in {@code docker/helm/examples}. */
    static final List<String> EXAMPLES = List.of("minimal", "gpu", "own-kafka", "fixed");

    static final String RELEASE = "rel";
    static final List<String> SERVICES = List.of("critique-stream", "scorer", "trainer");

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path HOME = ProjectHome.find().resolve("docker/helm");

    private Chart() {}

    /** Ends the test as skipped where Helm's native library is not published for. */
    static void requireHelm() {
        String machine = System.getProperty("os.name").toLowerCase(Locale.ROOT) + " " + System.getProperty("os.arch");
        Assumptions.assumeTrue(
                machine.equals("linux amd64"), "Helm is a test dependency for linux amd64 alone: " + machine);
    }

    static LintResult lint() {
        return new Helm(HOME.resolve("touchstone")).lint().strict().call();
    }

    /**
     * The resources that the chart makes.
     *
     * @param example file of values
     * @param more further values by their paths
     */
    static List<JsonNode> render(String example, Map<String, Object> more) throws IOException {
        TemplateCommand command = new Helm(HOME.resolve("touchstone"))
                .template()
                .withName(RELEASE)
                .withNamespace("touchstone")
                .withKubeVersion("1.31.0")
                .withValuesFile(HOME.resolve("examples").resolve(example + ".yaml"));
        more.forEach(command::set);
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(command.call())) {
            return documents.readAll().stream()
                    .filter(document -> document.hasNonNull("kind"))
                    .toList();
        }
    }

    static List<JsonNode> render(String example) throws IOException {
        return render(example, Map.of());
    }

    /** The values of an example itself, without the chart's. */
    static JsonNode values(String example) throws IOException {
        return YAML.readTree(HOME.resolve("examples").resolve(example + ".yaml").toFile());
    }

    static JsonNode chart() throws IOException {
        return YAML.readTree(HOME.resolve("touchstone/Chart.yaml").toFile());
    }

    static List<JsonNode> ofKind(List<JsonNode> resources, String kind) {
        return resources.stream()
                .filter(resource -> resource.path("kind").asText().equals(kind))
                .toList();
    }

    static JsonNode named(List<JsonNode> resources, String kind, String name) {
        return ofKind(resources, kind).stream()
                .filter(resource -> resource.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    /** The workload of a service. */
    static JsonNode workload(List<JsonNode> resources, String service) {
        return named(resources, service.equals("trainer") ? "Deployment" : "StatefulSet", RELEASE + "-" + service);
    }

    static JsonNode pod(List<JsonNode> resources, String service) {
        return workload(resources, service).at("/spec/template/spec");
    }

    static JsonNode container(List<JsonNode> resources, String service) {
        return pod(resources, service).at("/containers/0");
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
