package dev.touchstone.quickstart.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The chart is sound: Helm reads it, its resources fit their types, pods may do little, and what is named is there. */
class ChartTest {
    static final List<String> EXAMPLES = Chart.EXAMPLES;

    @BeforeAll
    static void requireHelm() {
        Chart.requireHelm();
    }

    @Test
    void shouldHaveNothingToSayWhenHelmLintsStrictly() {
        LintResult result = Chart.lint();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.matches("\\[(WARNING|ERROR)].*"));
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void shouldFitTheirTypesWhenResourcesAreRendered(String example) throws IOException {
        assertThat(Chart.render(example))
                .isNotEmpty()
                .allSatisfy(resource -> assertThatCode(() -> ResourceTypes.check(resource))
                        .as("%s %s", resource.path("kind"), resource.at("/metadata/name"))
                        .doesNotThrowAnyException());
    }

    @Test
    void shouldFindAMisspeltFieldWhenAResourceIsChecked() throws IOException {
        for (String kind :
                List.of("StatefulSet", "NetworkPolicy", "KafkaTopic", "KafkaUser", "Kafka", "KafkaNodePool")) {
            JsonNode resource = Chart.ofKind(Chart.render("minimal"), kind).get(0);
            ((ObjectNode) resource.get("spec")).put("misspelt", 1);
            assertThatThrownBy(() -> ResourceTypes.check(resource))
                    .as(kind)
                    .isInstanceOf(JsonProcessingException.class)
                    .hasMessageContaining("misspelt");
        }
    }

    @Test
    void shouldFindAFieldThatV1HasNotWhenAResourceIsChecked() throws IOException {
        JsonNode kafka = Chart.ofKind(Chart.render("minimal"), "Kafka").get(0);
        ((ObjectNode) kafka.at("/spec/kafka")).put("replicas", 3);
        assertThatThrownBy(() -> ResourceTypes.check(kafka)).hasMessageContaining("replicas");
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void shouldLetPodsDoLittleWhenTheyRun(String example) throws IOException {
        List<JsonNode> resources = Chart.render(example);
        for (String service : Chart.SERVICES) {
            JsonNode pod = Chart.pod(resources, service);
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
            assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
            assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
            JsonNode may = Chart.container(resources, service).path("securityContext");
            assertThat(may.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(may.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(may.at("/capabilities/drop")).hasToString("[\"ALL\"]");
            assertThat(Chart.container(resources, service)
                            .at("/resources/limits/memory")
                            .asText())
                    .isNotEmpty();
            JsonNode account = Chart.named(
                    resources, "ServiceAccount", pod.path("serviceAccountName").asText());
            assertThat(account.path("automountServiceAccountToken").asBoolean(true))
                    .isFalse();
        }
        assertThat(Chart.ofKind(resources, "Secret"))
                .as("secrets by reference alone")
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void shouldNameWhatIsThereWhenAPodNeedsIt(String example) throws IOException {
        List<JsonNode> resources = Chart.render(example);
        String ofUsers = Chart.values(example).toString();
        for (String service : Chart.SERVICES) {
            JsonNode pod = Chart.pod(resources, service);
            Chart.named(
                    resources,
                    "ConfigMap",
                    Chart.container(resources, service)
                            .at("/envFrom/0/configMapRef/name")
                            .asText());
            List<String> volumes = new ArrayList<>(pod.findPath("volumes").findValuesAsText("name"));
            Chart.workload(resources, service)
                    .at("/spec/volumeClaimTemplates")
                    .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));
            assertThat(volumes).doesNotHaveDuplicates();
            Chart.stream(Chart.container(resources, service).path("volumeMounts"))
                    .forEach(mount ->
                            assertThat(volumes).contains(mount.path("name").asText()));
            for (String claim : pod.findValuesAsText("claimName")) {
                assertThat(ofUsers.contains("\"" + claim + "\"")
                                || Chart.ofKind(resources, "PersistentVolumeClaim").stream()
                                        .anyMatch(made -> made.at("/metadata/name")
                                                .asText()
                                                .equals(claim)))
                        .as("claim %s", claim)
                        .isTrue();
            }
            List<String> secrets = pod.findValuesAsText("secretName");
            pod.findValues("secretKeyRef")
                    .forEach(secret -> secrets.add(secret.path("name").asText()));
            for (String secret : secrets) {
                boolean ofStrimzi = secret.endsWith("-cluster-ca-cert")
                        || Chart.ofKind(resources, "KafkaUser").stream()
                                .anyMatch(user ->
                                        user.at("/metadata/name").asText().equals(secret));
                assertThat(ofStrimzi || ofUsers.contains("\"" + secret + "\"") || secret.equals("touchstone-http-keys"))
                        .as("secret %s", secret)
                        .isTrue();
            }
        }
    }

    @Test
    void shouldDenyEverythingElseWhenNetworkPoliciesAreOn() throws IOException {
        List<JsonNode> resources = Chart.render("minimal");
        JsonNode deny = Chart.named(resources, "NetworkPolicy", "rel-deny").path("spec");
        assertThat(deny.path("policyTypes")).hasToString("[\"Ingress\",\"Egress\"]");
        assertThat(deny.has("ingress") || deny.has("egress")).isFalse();
        for (String service : Chart.SERVICES) {
            JsonNode labels = Chart.workload(resources, service).at("/spec/template/metadata/labels");
            deny.at("/podSelector/matchLabels")
                    .properties()
                    .forEach(label -> assertThat(labels.path(label.getKey())).isEqualTo(label.getValue()));
        }
        JsonNode critic =
                Chart.named(resources, "NetworkPolicy", "rel-critique-stream").path("spec");
        assertThat(critic.at("/egress/0/ports/0/port").asInt()).isEqualTo(8000);
        assertThat(Chart.named(Chart.render("own-kafka"), "NetworkPolicy", "rel-all")
                        .at("/spec/egress"))
                .hasToString("[{\"ports\":[{\"port\":53,\"protocol\":\"UDP\"},{\"port\":53,\"protocol\":\"TCP\"}]},"
                        + "{\"ports\":[{\"port\":9093,\"protocol\":\"TCP\"}],\"to\":[{\"ipBlock\":{\"cidr\":\"10.1.0.0/16\"}}]},"
                        + "{\"ports\":[{\"port\":443,\"protocol\":\"TCP\"}]}]");
    }

    @Test
    void shouldRunOneTrainerWithItsGpuWhenAGpuIsAskedFor() throws IOException {
        List<JsonNode> resources = Chart.render("gpu");
        JsonNode trainer = Chart.workload(resources, "trainer").path("spec");
        assertThat(trainer.path("replicas").asInt()).isEqualTo(1);
        assertThat(trainer.at("/strategy/type").asText()).isEqualTo("Recreate");
        assertThat(Chart.container(resources, "trainer")
                        .at("/resources/limits")
                        .path("nvidia.com/gpu")
                        .asInt())
                .isEqualTo(1);
        assertThat(Chart.named(resources, "ConfigMap", "rel-trainer")
                        .at("/data/TOUCHSTONE_DEVICE")
                        .asText())
                .isEqualTo("cuda");
        assertThat(Chart.container(Chart.render("minimal"), "trainer")
                        .path("resources")
                        .toString())
                .doesNotContain("gpu");
    }

    @Test
    void shouldSayWhatIsWrongWhenValuesCannotBe() {
        assertThatThrownBy(() -> Chart.render("minimal", Map.of("kafka.registryUrl", "")))
                .hasMessageContaining("Set kafka.registryUrl.");
        assertThatThrownBy(() -> Chart.render("own-kafka", Map.of("kafka.bootstrapServers", "")))
                .hasMessageContaining("Set kafka.bootstrapServers, or strimzi.enabled=true.");
        assertThatThrownBy(() -> Chart.render("minimal", Map.of("scorer.http.existingSecret", "")))
                .hasMessageContaining("scorer.http.insecure=true");
        assertThatThrownBy(() -> Chart.render("minimal", Map.of("critic.apiKey", "secret")))
                .hasMessageContaining("apiKey");
        assertThatThrownBy(() -> Chart.render("minimal", Map.of("scorer.config.TOUCHSTONE_HTTP_KEYS", "a:b")))
                .hasMessageContaining("TOUCHSTONE_HTTP_KEYS");
    }
}
