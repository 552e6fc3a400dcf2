package dev.touchstone.quickstart.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.quickstart.docs.ConfigurationPage;
import dev.touchstone.quickstart.docs.Setting;
import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.testkit.cluster.ProjectHome;
import dev.touchstone.testkit.cluster.Rights;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The chart says what the code says: topics, rights, groups, partitions, ports, settings, images. */
class ChartContractsTest {
    static final List<String> EXAMPLES = Chart.EXAMPLES;
    private static final List<String> USERS = List.of("critique-stream", "trainer", "scorer", "keda");

    @BeforeAll
    static void requireHelm() {
        Chart.requireHelm();
    }

    @Test
    void shouldMakeTheTopicsOfTheCatalogueWhenStrimziIsOn() throws IOException {
        Map<String, JsonNode> made = new HashMap<>();
        Chart.ofKind(Chart.render("minimal", Map.of("topicPrefix", "eu.")), "KafkaTopic")
                .forEach(topic -> made.put(topic.at("/spec/topicName").asText(), topic.path("spec")));
        List<Topic> wanted = new TopicCatalogue("eu.").all();
        assertThat(made.keySet()).isEqualTo(wanted.stream().map(Topic::name).collect(Collectors.toSet()));
        for (Topic topic : wanted) {
            assertThat(made.get(topic.name()).path("partitions").asInt()).isEqualTo(topic.partitions());
            Map<String, String> config = new HashMap<>();
            made.get(topic.name())
                    .path("config")
                    .properties()
                    .forEach(
                            entry -> config.put(entry.getKey(), entry.getValue().asText()));
            assertThat(config).as(topic.name()).isEqualTo(topic.config());
        }
    }

    @Test
    void shouldGiveUsersTheRightsOfTheTableWhenStrimziIsOn() throws IOException {
        for (String prefix : List.of("rm.", "eu.")) {
            boolean page = prefix.equals("rm.");
            List<JsonNode> resources = Chart.render("minimal", Map.of("topicPrefix", prefix, "scorer.page", page));
            assertThat(Chart.named(resources, "ConfigMap", "rel-scorer")
                            .at("/data/TOUCHSTONE_PAGE")
                            .asText("true"))
                    .isEqualTo(Boolean.toString(page));
            assertThat(Chart.ofKind(resources, "KafkaUser")).hasSize(USERS.size());
            for (String user : USERS) {
                Stream<String> rows = user.equals("scorer") && page ? Stream.of(user, "page") : Stream.of(user);
                Set<String> wanted = rows.flatMap(row -> Rights.of(row, prefix).rights().stream())
                        .map(right -> right.resource() + " "
                                + right.name()
                                        .replace(
                                                ConsumerGroups.critiqueStream("rm."),
                                                ConsumerGroups.critiqueStream(prefix))
                                + " " + right.operation())
                        .collect(Collectors.toCollection(TreeSet::new));
                Set<String> given = Chart.stream(Chart.named(resources, "KafkaUser", "rel-" + user)
                                .at("/spec/authorization/acls"))
                        .flatMap(ChartContractsTest::rights)
                        .collect(Collectors.toCollection(TreeSet::new));
                assertThat(given).as(user).isEqualTo(wanted);
            }
        }
    }

    private static Stream<String> rights(JsonNode rule) {
        assertThat(rule.path("type").asText("allow")).isEqualTo("allow");
        JsonNode resource = rule.path("resource");
        boolean prefix = resource.path("patternType").asText().equals("prefix");
        return Chart.stream(rule.path("operations"))
                .map(operation -> constant(resource.path("type").asText()) + " "
                        + resource.path("name").asText() + (prefix ? "*" : "") + " " + constant(operation.asText()));
    }

    private static String constant(String word) {
        return word.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void shouldNotOutnumberPartitionsWhenServicesScale(String example) throws IOException {
        List<JsonNode> resources = Chart.render(example);
        JsonNode values = Chart.values(example);
        String prefix = values.path("topicPrefix").asText("rm.");
        TopicCatalogue topics = new TopicCatalogue(prefix);
        int partitions = values.at("/kafka/dataPartitions").asInt(topics.pairs().partitions());
        Chart.ofKind(resources, "KafkaTopic").stream()
                .map(topic -> topic.at("/spec/partitions").asInt())
                .filter(number -> number > 1)
                .forEach(number -> assertThat(number).isEqualTo(partitions));
        for (JsonNode scaled : Chart.ofKind(resources, "ScaledObject")) {
            JsonNode spec = scaled.path("spec");
            JsonNode target = Chart.named(
                    resources,
                    spec.at("/scaleTargetRef/kind").asText(),
                    spec.at("/scaleTargetRef/name").asText());
            assertThat(target.path("spec").has("replicas"))
                    .as("KEDA alone says how many")
                    .isFalse();
            assertThat(spec.path("minReplicaCount").asInt())
                    .isBetween(1, spec.path("maxReplicaCount").asInt());
            assertThat(spec.path("maxReplicaCount").asInt()).isLessThanOrEqualTo(partitions);
            boolean scorer = scaled.at("/metadata/name").asText().endsWith("scorer");
            assertThat(spec.at("/triggers").findValuesAsText("topic"))
                    .isEqualTo(
                            scorer
                                    ? List.of(topics.critiquedCompletions().name())
                                    : List.of(
                                            topics.pairs().name(),
                                            topics.completions().name()));
            assertThat(spec.at("/triggers").findValuesAsText("consumerGroup"))
                    .containsOnly(scorer ? ConsumerGroups.scorer(prefix) : ConsumerGroups.critiqueStream(prefix));
        }
        Chart.ofKind(resources, "StatefulSet")
                .forEach(set -> assertThat(set.at("/spec/replicas").asInt(0)).isLessThanOrEqualTo(partitions));
    }

    @Test
    void shouldRefuseWhenMoreReplicasThanPartitionsAreAskedFor() {
        assertThatThrownBy(() -> Chart.render("minimal", Map.of("keda.scorer.maxReplicas", 5)))
                .hasMessageContaining("keda.scorer.maxReplicas is 5, but scorer reads topics of 4 partitions");
        assertThatThrownBy(() -> Chart.render("fixed", Map.of("critiqueStream.replicas", 5)))
                .hasMessageContaining("raise kafka.dataPartitions");
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void shouldSetWhatServicesReadWhenTheyAreConfigured(String example) throws IOException {
        List<JsonNode> resources = Chart.render(example);
        for (String service : Chart.SERVICES) {
            List<String> known = ConfigurationPage.variables(service);
            JsonNode container = Chart.container(resources, service);
            Set<String> set = new TreeSet<>();
            Chart.named(resources, "ConfigMap", "rel-" + service)
                    .path("data")
                    .fieldNames()
                    .forEachRemaining(set::add);
            Chart.stream(container.path("env"))
                    .forEach(variable -> set.add(variable.path("name").asText()));
            assertThat(set)
                    .contains("QUARKUS_HTTP_HOST", "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_SCHEMA_REGISTRY_URL")
                    .allMatch(name -> known.contains(name) || isOfKafka(name), "a setting of " + service);
        }
    }

    private static boolean isOfKafka(String variable) {
        String property =
                variable.replaceFirst("^KAFKA_", "").toLowerCase(Locale.ROOT).replace('_', '.');
        return variable.startsWith("KAFKA_")
                && (ConsumerConfig.configNames().contains(property) || property.equals("schema.registry.url"));
    }

    @Test
    void shouldAskWhereServicesAnswerWhenTheyAreProbed() throws IOException {
        List<JsonNode> resources = Chart.render("minimal");
        for (String service : Chart.SERVICES) {
            String module = ConfigurationPage.MODULES.get(service);
            String port = ConfigurationPage.server(module).stream()
                    .filter(setting -> setting.property().equals("quarkus.http.port"))
                    .map(Setting::usual)
                    .findFirst()
                    .orElseThrow();
            JsonNode container = Chart.container(resources, service);
            assertThat(container.at("/ports/0/containerPort").asText()).isEqualTo(port);
            assertThat(Chart.named(resources, "ConfigMap", "rel-" + service)
                            .at("/data/QUARKUS_HTTP_PORT")
                            .asText())
                    .isEqualTo(port);
            assertThat(Chart.named(resources, "Service", "rel-" + service + "-pods")
                            .at("/spec/ports/0/port")
                            .asText())
                    .isEqualTo(port);
            assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/q/health/live");
            assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/q/health/ready");
            assertThat(Files.readString(ProjectHome.find().resolve(module).resolve("pom.xml")))
                    .contains("quarkus-smallrye-health", "quarkus-micrometer-registry-prometheus");
        }
    }

    @Test
    void shouldTakeTheProjectsImagesWhenPodsAreMade() throws IOException {
        String version = Chart.chart().path("appVersion").asText();
        assertThat(Files.readString(ProjectHome.find().resolve("pom.xml")))
                .contains("<artifactId>touchstone</artifactId>\n  <version>" + version + "</version>");
        for (String service : Chart.SERVICES) {
            String gpu = service.equals("critique-stream") ? "" : "-gpu";
            assertThat(Chart.container(Chart.render("minimal"), service)
                            .path("image")
                            .asText())
                    .isEqualTo("touchstone/" + service + ":" + version);
            assertThat(Chart.container(Chart.render("gpu", Map.of("image.registry", "example.com/ml")), service)
                            .path("image")
                            .asText())
                    .isEqualTo("example.com/ml/touchstone/" + service + gpu + ":" + version);
        }
    }
}
