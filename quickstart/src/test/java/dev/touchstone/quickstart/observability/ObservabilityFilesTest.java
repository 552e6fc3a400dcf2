package dev.touchstone.quickstart.observability;

import static dev.touchstone.quickstart.observability.ObservabilityFiles.HOME;
import static dev.touchstone.quickstart.observability.ObservabilityFiles.elements;
import static dev.touchstone.quickstart.observability.ObservabilityFiles.yaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether Prometheus and Grafana could read the files. That their metrics exist is shown on running services, by StackIT. */
class ObservabilityFilesTest {
    private static final Map<String, String> MODULES =
            Map.of("critique-stream", "critique-stream", "trainer", "trainer-consumer", "scorer", "scorer");

    @Test
    void shouldFindTheMetricsWhenAnExpressionHasFunctionsLabelsAndRanges() {
        assertThat(PromQl.selectors(
                        "histogram_quantile(0.95, sum by (le, kind) (rate(a_bucket{kind=\"x\", job=\"j\"}[5m])))"
                                + " > 1.5e3 and on (model) max without (instance) (b{model=~\"$m\"} offset 5m) == 0"))
                .containsExactly(
                        new PromQl.Selector("a_bucket", Map.of("kind", "x")), new PromQl.Selector("b", Map.of()));
        assertThat(PromQl.selectors("absent(up{job=\"a\"}) or sum(c) / (max(d) > 0)"))
                .extracting(PromQl.Selector::metric)
                .containsExactly("up", "c", "d");
    }

    @Test
    void shouldFindLabelsWhenAServiceExposesThem() {
        Exposition exposition = new Exposition(
                "# TYPE rm_x counter\nrm_x_total{reason=\"A\",job=\"}, \"} 0.0\n# TYPE rm_y summary\n# TYPE rm_y_max gauge\nrm_y_max NaN\n");
        assertThat(exposition.has(new PromQl.Selector("rm_x_total", Map.of("reason", "A"))))
                .isTrue();
        assertThat(exposition.has(new PromQl.Selector("rm_x_total", Map.of("reason", "B"))))
                .isFalse();
        assertThat(exposition.has(new PromQl.Selector("rm_x", Map.of()))).isFalse();
        assertThat(exposition.ownMetrics()).containsExactlyInAnyOrder("rm_x_total", "rm_y");
    }

    @Test
    void shouldScrapeEveryServiceWhereItListens() throws IOException {
        JsonNode config = yaml(HOME.resolve("prometheus/prometheus.yml"));
        Set<String> jobs = new HashSet<>();
        for (JsonNode scrape : config.get("scrape_configs")) {
            String job = scrape.get("job_name").asText();
            jobs.add(job);
            assertThat(scrape.get("metrics_path").asText()).isEqualTo("/q/metrics");
            assertThat(scrape.at("/static_configs/0/targets/0").asText()).isEqualTo(job + ":" + port(job));
        }
        assertThat(jobs).isEqualTo(MODULES.keySet());
        String pattern = config.at("/rule_files/0").asText();
        assertThat(pattern).isEqualTo("rules/*.yml");
        assertThat(ObservabilityFiles.RULES).isRegularFile();
    }

    @Test
    void shouldSayWhatIsWrongAndWhatToDoWhenAnAlertFires() throws IOException {
        List<JsonNode> alerts = ObservabilityFiles.alerts();
        assertThat(alerts).extracting(alert -> alert.get("alert").asText()).doesNotHaveDuplicates();
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(alert.get("expr").asText()).isNotBlank();
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).hasSizeGreaterThan(60);
            assertThat(PromQl.selectors(alert.get("expr").asText())).isNotEmpty();
        });
        String docs = Files.readString(ProjectHome.find().resolve("docs/observability.md"));
        assertThat(alerts)
                .allSatisfy(alert ->
                        assertThat(docs).contains("`" + alert.get("alert").asText() + "`"));
    }

    @Test
    void shouldFireWhenItShouldAndOnlyThen() throws Exception {
        assumeThat(promtool("--version"))
                .as("promtool is not on this machine: that the alerts fire is not tried")
                .isZero();
        assertThat(promtool("check", "config", "prometheus/prometheus.yml")).isZero();
        assertThat(promtool("test", "rules", "prometheus/tests/touchstone.yml")).isZero();
    }

    @Test
    void shouldReadItsDataFromTheProvisionedSourceWhenAPanelIsDrawn() throws IOException {
        JsonNode source = yaml(HOME.resolve("grafana/provisioning/datasources/touchstone.yaml"))
                .at("/datasources/0");
        String uid = source.get("uid").asText();
        assertThat(source.get("type").asText()).isEqualTo("prometheus");
        assertThat(yaml(HOME.resolve("grafana/provisioning/dashboards/touchstone.yaml"))
                        .at("/providers/0/options/path")
                        .asText())
                .isEqualTo("/var/lib/grafana/dashboards");
        Map<Path, JsonNode> dashboards = ObservabilityFiles.dashboards();
        assertThat(dashboards).hasSizeGreaterThanOrEqualTo(4);
        assertThat(dashboards.values()).extracting(d -> d.get("uid").asText()).doesNotHaveDuplicates();
        dashboards.forEach((file, dashboard) -> {
            assertThat(file.getFileName()).hasToString(dashboard.get("uid").asText() + ".json");
            assertThat(elements(dashboard.get("panels")))
                    .extracting(p -> p.get("id").asInt())
                    .doesNotHaveDuplicates();
            elements(dashboard.get("panels"))
                    .filter(panel -> !panel.get("type").asText().equals("row"))
                    .forEach(panel -> shouldBeComplete(file, panel, uid));
        });
    }

    private static void shouldBeComplete(Path file, JsonNode panel, String uid) {
        String name = file.getFileName() + ", " + panel.path("title").asText();
        assertThat(panel.path("title").asText()).as(name).isNotBlank();
        assertThat(panel.path("description").asText()).as(name).isNotBlank();
        assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(name).isNotBlank();
        assertThat(panel.at("/datasource/uid").asText()).as(name).isEqualTo(uid);
        assertThat(panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt())
                .as(name)
                .isLessThanOrEqualTo(24);
        assertThat(elements(panel.get("targets"))).as(name).isNotEmpty().allSatisfy(target -> {
            assertThat(target.at("/datasource/uid").asText()).isEqualTo(uid);
            assertThat(PromQl.selectors(target.get("expr").asText())).isNotEmpty();
            if (panel.get("type").asText().equals("timeseries")) {
                assertThat(target.get("legendFormat").asText()).isNotBlank();
            }
        });
    }

    /** The exit code, or -1 where there is no such program. */
    private static int promtool(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .directory(HOME.toFile())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String port(String job) throws IOException {
        Path file = ProjectHome.find().resolve(MODULES.get(job)).resolve("src/main/resources/application.properties");
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties.getProperty("quarkus.http.port");
    }
}
