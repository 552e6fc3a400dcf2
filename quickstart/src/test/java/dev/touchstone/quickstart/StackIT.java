package dev.touchstone.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.quickstart.observability.Exposition;
import dev.touchstone.quickstart.observability.ObservabilityFiles;
import dev.touchstone.quickstart.observability.SpanCollector;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.ProjectHome;
import dev.touchstone.testkit.cluster.RegistryProcess;
import dev.touchstone.testkit.topics.Records;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./touchstone up} and the commands beside it, as a user runs them; the tests are the chapters of one story. */
@EmbeddedOnly("runs ./touchstone, which brings a broker and a registry")
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks at processes through /proc")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final List<Integer> PORTS = Ports.free(3);
    private static final int KAFKA_PORT = PORTS.get(0);
    private static final int REGISTRY_PORT = PORTS.get(1);
    private static final int HTTP_PORT = PORTS.get(2);
    private static final KafkaSettings SETTINGS = KafkaSettings.of(Map.of(
            "bootstrap.servers", "127.0.0.1:" + KAFKA_PORT, "schema.registry.url", RegistryProcess.url(REGISTRY_PORT)));
    private static final TopicCatalogue TOPICS = new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);
    private static final List<String> CLUSTER =
            List.of("--bootstrap-servers", "127.0.0.1:" + KAFKA_PORT, "--registry", RegistryProcess.url(REGISTRY_PORT));

    @TempDir
    static Path folder;

    private static SpanCollector spans;
    private static LauncherRun up;

    @BeforeAll
    static void startTheStack() throws Exception {
        spans = new SpanCollector();
        up = start();
    }

    @AfterAll
    static void stopTheStack() throws Exception {
        up.close();
        spans.close();
    }

    @Test
    @Order(1)
    void shouldRewardRealCompletionsWhenPairsOfAFileAreIngested() throws Exception {
        Path pairs = folder.resolve("pairs.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            lines.add("{\"prompt\": \"What is " + i + " plus 1?\", \"chosen\": \"It is " + (i + 1)
                    + ", glad to help.\", \"rejected\": \"It is " + (i + 3) + ", go away.\"}");
        }
        lines.add("this is not JSON");
        lines.add("{\"prompt\": \"No sides?\"}");
        lines.add("{\"prompt\": \"Equal?\", \"chosen\": \"Yes.\", \"rejected\": \"Yes.\"}");
        lines.add(lines.get(0));
        Files.write(pairs, lines);
        Path completions = folder.resolve("completions.jsonl");
        Files.write(
                completions,
                List.of(
                        "{\"prompt\": \"What is 4 plus 4?\", \"completion\": \"It is 8, glad to help.\"}",
                        "{\"prompt\": \"What is 4 plus 4?\", \"completion\": \"It is 9, go away.\"}",
                        "{\"prompt\": \"What is 4 plus 4?\", \"completion\": \"\"}"));

        String ingested = run(0, "ingest", "pairs", pairs.toString());
        assertThat(ingested).contains("300").contains("equal");
        run(0, "ingest", "completions", completions.toString());
        // The same file a second time adds nothing.
        run(0, "ingest", "pairs", pairs.toString());

        await().atMost(LIMIT).until(() -> rewards().size() == 2);
        assertThat(Records.readAll(SETTINGS, TOPICS.critiquedPairs().name())).hasSizeLessThanOrEqualTo(300);
        await().atMost(LIMIT)
                .until(() -> Records.readAll(SETTINGS, TOPICS.critiquedPairs().name())
                                .size()
                        == 300);
        assertThat(Records.readAll(SETTINGS, TOPICS.deadLetters().name())).isEmpty();

        Path verdict = folder.resolve("verdict.json");
        assertThat(run(0, "verify", "--wait", "60", "--json", verdict.toString()))
                .contains("Everything holds.");
        JsonNode report = new ObjectMapper().readTree(Files.readString(verdict));
        assertThat(report.get("read").get(TOPICS.pairs().name()).asInt()).isEqualTo(600);
        assertThat(report.get("counts")
                        .get(TOPICS.pairs().name())
                        .get("distinct ids")
                        .asInt())
                .isEqualTo(300);
    }

    @Test
    @Order(2)
    void shouldPutThemAsideWithTheirBytesWhenRecordsAreNoAvro() throws Exception {
        List<String> inputs = List.of(
                TOPICS.pairs().name(),
                TOPICS.completions().name(),
                TOPICS.critiquedPairs().name(),
                TOPICS.critiquedCompletions().name());
        for (String topic : inputs) {
            Records.sendBytes(
                    SETTINGS,
                    topic,
                    "poison".getBytes(StandardCharsets.UTF_8),
                    ("no avro on " + topic).getBytes(StandardCharsets.UTF_8));
        }
        await().atMost(LIMIT)
                .until(() ->
                        Records.readAll(SETTINGS, TOPICS.deadLetters().name()).size() == inputs.size());
        assertThat(Records.readAll(SETTINGS, TOPICS.deadLetters().name()))
                .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrderElementsOf(
                        inputs.stream().map(topic -> "no avro on " + topic).toList());
        assertThat(Records.readAll(SETTINGS, TOPICS.deadLetters().name()))
                .allSatisfy(record -> assertThat(new String(
                                record.headers().lastHeader(DeadLetters.REASON).value(), StandardCharsets.UTF_8))
                        .isEqualTo("UNDECODABLE"));

        // Sent back it dies again; and what was written by hand to an output is no output.
        Path replayed = folder.resolve("replayed.json");
        run(
                0,
                "replay",
                "--reason",
                "UNDECODABLE",
                "--since",
                "1h",
                "--topic",
                TOPICS.pairs().name(),
                "--json",
                replayed.toString());
        assertThat(new ObjectMapper()
                        .readTree(Files.readString(replayed))
                        .get("total")
                        .asInt())
                .isEqualTo(1);
        await().atMost(LIMIT)
                .until(() ->
                        Records.readAll(SETTINGS, TOPICS.deadLetters().name()).size() == inputs.size() + 1);
        assertThat(run(1, "verify", "--wait", "10"))
                .contains("UNREADABLE_OUTPUT: 2", "Not everything holds.")
                .doesNotContain("MISSING", "DOUBLE", "ALTERED");
    }

    @Test
    @Order(3)
    void shouldAnswerOverHttpWhenAModelServes() throws Exception {
        String body = "{\"items\": [{\"prompt\": \"What is 2 plus 2?\", \"completion\": \"It is 4.\"}]}";
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HTTP_PORT + "/v1/rewards"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode reward =
                new ObjectMapper().readTree(response.body()).get("rewards").get(0);
        assertThat(reward.get("status").asText()).isEqualTo("NO_CRITIQUE");
        assertThat(reward.get("logit").isNumber()).isTrue();
    }

    @Test
    @Order(3)
    void shouldSayThatNoOtherEngineKnowsItWhenABuiltInModelIsFetched() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(run(2, "models", "fetch", "champion", whole.toString())).contains("known to Touchstone alone");
        assertThat(whole).doesNotExist();
    }

    @Test
    @Order(4)
    void shouldExposeEveryMetricWhenADashboardAnAlertOrTheTableNamesIt() throws Exception {
        Map<String, Exposition> services = Map.of(
                "critique-stream", metrics("critique-stream"),
                "trainer", metrics("trainer-consumer"),
                "scorer", metrics("scorer"));
        assertThat(ObservabilityFiles.unexposed(services)).isEmpty();
        assertThat(ObservabilityFiles.exposed(services))
                .as("metrics by service, and those of docs/observability.md")
                .isEqualTo(ObservabilityFiles.documented());
    }

    @Test
    @Order(5)
    void shouldBeOneTraceWhenACompletionGoesFromTheProducerToItsReward() {
        List<String> paths = List.of(
                TOPICS.completions().name(),
                TOPICS.critiquedCompletions().name(),
                TOPICS.rewards().name());
        String id = rewards().get(0).getCompletionId().toString();
        List<String> parents =
                paths.stream().map(topic -> traceparent(topic, id)).toList();
        assertThat(parents).doesNotHaveDuplicates();
        String trace = parents.get(0).substring(3, 35);
        assertThat(parents).allSatisfy(parent -> assertThat(parent).startsWith("00-" + trace));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(spans.servicesOf(trace))
                        .containsExactlyInAnyOrder("producers", "critique-stream", "scorer"));

        String pair = Records.readAll(SETTINGS, TOPICS.critiquedPairs().name()).stream()
                .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                .filter(key -> !key.equals("poison"))
                .findFirst()
                .orElseThrow();
        String learnt = traceparent(TOPICS.critiquedPairs().name(), pair).substring(3, 35);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(spans.servicesOf(learnt)).contains("trainer"));
    }

    @Test
    @Order(6)
    void shouldSayWhatALineIsAboutWhenLogsAreJson() throws Exception {
        ObjectMapper json = new ObjectMapper();
        Map<String, Set<String>> keys = new HashMap<>();
        for (String service : List.of("critique-stream", "trainer-consumer", "scorer")) {
            Set<String> known = keys.computeIfAbsent(service, s -> new HashSet<>());
            List<String> lines = Files.readAllLines(folder.resolve("up/logs/" + service + ".log"));
            // A native library may print what it likes; the service itself writes no line that begins with a date.
            assertThat(lines).as("texts in a log").noneMatch(line -> line.contains("glad to help"));
            assertThat(lines).noneMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\d .*"));
            for (String line : lines.stream().filter(l -> l.matches("\\{.*}")).toList()) {
                json.readTree(line).fieldNames().forEachRemaining(known::add);
            }
        }
        List<String> position = List.of("timestamp", "level", "service", "message", "topic", "partition", "offset");
        assertThat(keys.get("critique-stream")).containsAll(position).contains("pairId", "completionId", "traceId");
        assertThat(keys.get("trainer-consumer")).containsAll(position).contains("modelVersion");
        assertThat(keys.get("scorer")).containsAll(position).contains("completionId", "modelVersion", "traceId");
    }

    @Test
    @Order(7)
    void shouldBeReadWhenTheClientIsKafkajs() throws Exception {
        assumeThat(works("node", "--version"))
                .as("node is not on this machine: the interoperability test is skipped")
                .isTrue();
        Path node = folder.resolve("node");
        Files.createDirectories(node);
        Path sources = ProjectHome.find().resolve("quickstart/src/test/node");
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "read-rewards.js")) {
            Files.copy(sources.resolve(file), node.resolve(file));
        }
        assumeThat(call(node, Duration.ofMinutes(4), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                        .exitCode())
                .as("npm could not install kafkajs: the interoperability test is skipped")
                .isZero();

        List<Reward> expected = rewards();
        Called called = call(
                node,
                LIMIT,
                "node",
                "read-rewards.js",
                "127.0.0.1:" + KAFKA_PORT,
                RegistryProcess.url(REGISTRY_PORT),
                TOPICS.rewards().name(),
                Integer.toString(expected.size()));
        assertThat(called.exitCode()).as(called.output()).isZero();
        Map<String, JsonNode> byId = new HashMap<>();
        for (String line :
                called.output().lines().filter(l -> l.startsWith("{")).toList()) {
            JsonNode record = new ObjectMapper().readTree(line);
            byId.put(record.get("key").asText(), record.get("value"));
        }
        assertThat(byId).hasSameSizeAs(expected);
        for (Reward reward : expected) {
            JsonNode value = byId.get(reward.getCompletionId().toString());
            assertThat(value.get("completionId").asText())
                    .isEqualTo(reward.getCompletionId().toString());
            assertThat(value.get("status").asText())
                    .isEqualTo(reward.getStatus().name());
            assertThat(value.get("logit").asDouble()).isEqualTo(reward.getLogit());
            assertThat(value.get("modelVersion").asText()).isEqualTo(reward.getModelVersion());
        }
    }

    @Test
    @Order(8)
    void shouldKeepItsDataWhenItIsStoppedAndStartedAgain() throws Exception {
        int before = rewards().size();
        up.interrupt();
        assertThat(up.await(Duration.ofMinutes(2))).as(up.output()).isZero();
        assertThat(LauncherRun.partsOf(folder.resolve("up"))).isEmpty();
        up = start();
        assertThat(run(0, "rewards", "--from-beginning").lines())
                .hasSize(before)
                .allMatch(line -> line.startsWith("{"));
        Path completions = folder.resolve("more.jsonl");
        Files.writeString(
                completions, "{\"prompt\": \"What is 5 plus 5?\", \"completion\": \"It is 10, glad to help.\"}\n");
        run(0, "ingest", "completions", completions.toString());
        await().atMost(LIMIT).until(() -> rewards().size() == before + 1);
    }

    @Test
    @Order(9)
    void shouldSaySoInASentenceWhenAPortIsInUse() throws Exception {
        List<String> arguments = List.of(
                "up", "--data", folder.resolve("other").toString(), "--kafka-port", Integer.toString(KAFKA_PORT));
        try (LauncherRun second = LauncherRun.start(folder, arguments)) {
            assertThat(second.await(Duration.ofMinutes(1))).isEqualTo(2);
            assertThat(second.output())
                    .isEqualToIgnoringNewLines("Port " + KAFKA_PORT
                            + " is in use: stop what listens there, or choose others with --port, --kafka-port and"
                            + " --registry-port.");
        }
    }

    private static LauncherRun start() throws Exception {
        LauncherRun run = LauncherRun.start(
                folder,
                List.of(
                        "up",
                        "--data",
                        folder.resolve("up").toString(),
                        "--port",
                        Integer.toString(HTTP_PORT),
                        "--kafka-port",
                        Integer.toString(KAFKA_PORT),
                        "--registry-port",
                        Integer.toString(REGISTRY_PORT)),
                telemetry());
        await().atMost(LIMIT).until(() -> !run.isAlive() || run.output().contains("Ctrl-C stops everything"));
        assertThat(run.isAlive()).as(run.output()).isTrue();
        return run;
    }

    /** What a service of the stack exposes; its port stands in its environment. */
    private static Exposition metrics(String module) throws Exception {
        ProcessHandle part = LauncherRun.part(folder.resolve("up"), module + "/target/quarkus-app");
        String port = LauncherRun.environment(part).get("QUARKUS_HTTP_PORT");
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return new Exposition(response.body());
    }

    /** Traces, and logs as JSON, of records too. */
    private static Map<String, String> telemetry() {
        Map<String, String> environment = new HashMap<>(spans.environment());
        environment.put("TOUCHSTONE_LOG_FORMAT", "json");
        environment.put("QUARKUS_LOG_CATEGORY__DEV_TOUCHSTONE__LEVEL", "DEBUG");
        return environment;
    }

    private static String traceparent(String topic, String key) {
        return Records.readAll(SETTINGS, topic).stream()
                .filter(record -> Arrays.equals(record.key(), key.getBytes(StandardCharsets.UTF_8)))
                .findFirst()
                .map(record -> new String(
                        record.headers().lastHeader(EventHeaders.TRACEPARENT).value(), StandardCharsets.UTF_8))
                .orElseThrow();
    }

    private static List<Reward> rewards() {
        return Records.readAll(SETTINGS, TOPICS.rewards().name(), Reward.class);
    }

    /** Runs a command against the stack and returns what it printed. */
    private static String run(int expectedCode, String... command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(CLUSTER);
        try (LauncherRun run = LauncherRun.start(folder, arguments, telemetry())) {
            assertThat(run.await(LIMIT)).as(run.output()).isEqualTo(expectedCode);
            return run.output();
        }
    }

    private record Called(int exitCode, String output) {}

    private static boolean works(String... command) {
        try {
            return call(folder, Duration.ofSeconds(20), command).exitCode() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static Called call(Path where, Duration limit, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "call", ".log");
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            return new Called(-1, "took too long");
        }
        return new Called(process.exitValue(), Files.readString(output));
    }
}
