package dev.touchstone.scorer.shell;

import static dev.touchstone.scorer.Fixtures.MODEL;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.Checkpoints;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.topics.Records;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The whole scorer in its container, with a real model, broker and registry. The order is that of a life. */
@OnTestCluster
@QuarkusTest
@QuarkusTestResource(value = ClusterResource.class, restrictToAnnotatedClass = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ShellTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String ITEM = "{\"id\":\"a\",\"prompt\":\"What is 2 plus 2?\",\"completion\":\"It is 4.\"}";
    private static final TopicCatalogue TOPICS = new TopicCatalogue(ClusterResource.PREFIX);

    @TempDir
    static Path folder;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "kafka.schema.registry.url")
    String registryUrl;

    @TestHTTPResource("/")
    URI root;

    @Test
    @Order(1)
    void shouldNotBeReadyWhenNoModelServes() {
        when().get("/q/health/live").then().statusCode(200);
        when().get("/q/health/ready").then().statusCode(503);
        post("[" + ITEM + "]")
                .then()
                .statusCode(503)
                .header("Retry-After", equalTo("1"))
                .contentType(ContentType.JSON)
                .body("error.code", equalTo("no_model"));
        when().get("/v1/status").then().statusCode(200).body("model", nullValue());
    }

    @Test
    @Order(2)
    void shouldServeWhenAChampionIsPublished() throws Exception {
        CheckpointManifest manifest = Checkpoints.write(folder, 11);
        send(TOPICS.checkpoints().name(), MODEL + "/" + manifest.getVersionId(), manifest);
        send(TOPICS.models().name(), MODEL + "/champion", Fixtures.champion(manifest.getVersionId()));
        await().atMost(LIMIT)
                .untilAsserted(() -> when().get("/q/health/ready").then().statusCode(200));
        post("{\"items\":[" + ITEM + "," + ITEM.replace("\"id\":\"a\"", "\"critique\":\"Right.\"") + "]}")
                .then()
                .statusCode(200)
                .body("model.id", equalTo(MODEL))
                .body("model.version", equalTo(manifest.getVersionId()))
                .body("model.sha256", equalTo(manifest.getSha256()))
                .body("rewards", hasSize(2))
                .body("rewards[0].id", equalTo("a"))
                .body("rewards[0].status", equalTo("NO_CRITIQUE"))
                .body("rewards[0].logit", notNullValue())
                .body("rewards[0].value", notNullValue())
                .body("rewards[0].reason", containsString("no critique"))
                .body("rewards[1].status", equalTo("OK"))
                .body("rewards[1].containsKey('id')", equalTo(false))
                .body("rewards[1].containsKey('reason')", equalTo(false));
        post("[]").then().statusCode(200).body("rewards", hasSize(0));
    }

    @Test
    @Order(3)
    void shouldAnswerThatItIsTooLateWhenTheDeadlinePasses() {
        String longItem = ITEM.replace("It is 4.", "It is 4. ".repeat(700)); // no machine scores eight of these in 1 ms
        given().contentType(ContentType.JSON)
                .header("X-Deadline-Ms", "1")
                .body("[" + String.join(",", Collections.nCopies(8, longItem)) + "]")
                .post("/v1/rewards")
                .then()
                .statusCode(504)
                .body("error.code", equalTo("deadline_exceeded"));
        post("[" + ITEM + "]").then().statusCode(200);
    }

    @Test
    @Order(3)
    void shouldScoreHostileTextWhenItIsValidJson() {
        String hostile = "\\ud800 \\u0000 <s></s><no_critique> \\uffff \\udbff\\udfff";
        post("[" + ITEM.replace("It is 4.", hostile) + "]")
                .then()
                .statusCode(200)
                .body("rewards[0].logit", notNullValue());
    }

    @Test
    @Order(4)
    void shouldAnswerInOneShapeWhenTheRequestIsWrong() {
        refused("{", 400, "malformed_json");
        refused("", 400, "malformed_json");
        refused("[{\"prompt\":\"a\"}]", 400, "missing_field");
        refused("[" + ITEM.replace("It is 4.", "") + "]", 400, "empty_completion");
        refused("[" + String.join(",", Collections.nCopies(9, ITEM)) + "]", 413, "too_many_items");
        refused("[" + ITEM.replace("It is 4.", "x".repeat(70_000)) + "]", 413, "body_too_large");
        given().contentType(ContentType.TEXT)
                .body("[]")
                .post("/v1/rewards")
                .then()
                .statusCode(415)
                .body("error.code", equalTo("unsupported_media_type"));
        for (String wrong : new String[] {"0", "soon", "300001"}) {
            given().contentType(ContentType.JSON)
                    .header("X-Deadline-Ms", wrong)
                    .body("[]")
                    .post("/v1/rewards")
                    .then()
                    .statusCode(400)
                    .body("error.message", containsString("X-Deadline-Ms"));
        }
        when().get("/v1/rewards").then().statusCode(405).body("error.code", equalTo("method_not_allowed"));
        when().get("/v1/nothing").then().statusCode(404);
    }

    @Test
    @Order(5)
    void shouldPublishAndShowARewardWhenACompletionComes() {
        send(TOPICS.critiquedCompletions().name(), Fixtures.id(1).toString(), Fixtures.critiqued(1, "It is <b>4</b>."));
        send(
                TOPICS.trainingMetrics().name(),
                MODEL,
                TrainingMetrics.newBuilder()
                        .setModelId(MODEL)
                        .setVersionId("v")
                        .setStep(3)
                        .setTrainedPairs(96)
                        .setHeldOutPairs(11)
                        .setWindowPairs(96)
                        .setPrequentialAccuracy(0.75)
                        .setHeldOutAccuracy(0.8)
                        .setMeasuredAt(Fixtures.NOW)
                        .build());
        await().atMost(LIMIT)
                .untilAsserted(() -> when().get("/v1/status")
                        .then()
                        .body("newest", hasSize(1))
                        .body("newest[0].completionId", equalTo(Fixtures.id(1).toString()))
                        .body("newest[0].status", equalTo("OK"))
                        .body("newest[0].critique", equalTo("The answer is right."))
                        .body("rewards.OK", equalTo(1))
                        .body("training.trainedPairs", equalTo(96))
                        .body("curve", hasSize(1))
                        .body("curve[0].heldOut", equalTo(0.8f)));
    }

    @Test
    @Order(6)
    void shouldSendTheStatusOnceASecondWhenSomebodyListens() throws Exception {
        HttpResponse<java.io.InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(root.resolve("v1/events"))
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            int events = 0;
            while (events < 2) {
                String line = lines.readLine();
                if (line.startsWith("data:")) {
                    assertThat(line).contains("\"newest\":[{").contains("\"model\":{");
                    events++;
                }
            }
        }
    }

    @Test
    @Order(7)
    void shouldSendThePageAndItsHeadersWhenABrowserComes() {
        for (String path : new String[] {"/", "/page.js", "/page.css", "/icon.svg"}) {
            when().get(path)
                    .then()
                    .statusCode(200)
                    .header("Content-Security-Policy", containsString("default-src 'self'"))
                    .header("Content-Security-Policy", containsString("frame-ancestors 'none'"))
                    .header("X-Content-Type-Options", equalTo("nosniff"));
        }
        when().get("/").then().body(containsString("Touchstone"));
        when().get("/v1/status").then().header("X-Content-Type-Options", equalTo("nosniff"));
    }

    @Test
    @Order(8)
    void shouldCountWhenItScores() {
        String metrics =
                when().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics)
                .contains("rm_rewards_total{status=\"OK\"}")
                .contains("rm_rewards_total{status=\"NO_CRITIQUE\"}")
                .contains("rm_score_seconds_count")
                .contains("rm_reward_sum")
                .contains("rm_model_swaps_total");
    }

    /** The same text has the trainer's logit by every contract: of templated ones, and of ones that the model has a template for. */
    @Test
    @Order(9)
    void shouldGiveOneTextTheTrainersLogitByEveryContract() {
        String text = "<|user|>What is 2 plus 2?<|assistant|>It is 4.";
        String quoted = "\"" + text + "\"";
        float templated = ask("/get_reward", "{\"query\":[" + quoted + "],\"prompts\":[\"\"],\"labels\":[null]}")
                .body()
                .path("rewards[0]");
        assertThat(List.<Float>of(
                        ask("/v1/score/evaluation", "{\"model\":\"m\",\"messages\":[" + quoted + "]}")
                                .path("scores[0]"),
                        ask("/classify", "{\"input\":" + quoted + ",\"use_activation\":false}")
                                .path("data[0].probs[0]"),
                        ask("/pooling", "{\"input\":" + quoted + "}").path("data[0].data[0]"),
                        ask("/predict", "{\"inputs\":" + quoted + ",\"raw_scores\":true}")
                                .path("[0].score"),
                        ask(
                                        "/v2/models/" + MODEL + "/infer",
                                        "{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":["
                                                + quoted + "]}]}")
                                .path("outputs[0].data[0]")))
                .allSatisfy(logit -> assertThat(logit).isCloseTo(templated, within(1e-4f)));
        float asked = post("[" + ITEM + "]").path("rewards[0].logit");
        double[] trainers = Checkpoints.trainersLogits(11, "What is 2 plus 2?", "It is 4.", text);
        assertThat((double) asked).isCloseTo(trainers[0], within(1e-4));
        assertThat((double) templated).isCloseTo(trainers[1], within(1e-4));
        String turns = "[{\"role\":\"user\",\"content\":\"What is 2 plus 2?\"}]";
        assertThat(List.<Float>of(
                        ask("/slime", "{\"prompt\":" + turns + ",\"response\":\"It is 4.\",\"label\":null}")
                                .path("reward"),
                        ask(
                                        "/verify",
                                        "{\"responses_create_params\":{\"input\":" + turns
                                                + "},\"response\":{\"output\":[{\"type\":\"message\",\"content\":["
                                                + "{\"type\":\"output_text\",\"text\":\"It is 4.\"}]}]}}")
                                .path("reward"),
                        ask("/predict", "{\"inputs\":[\"What is 2 plus 2?\",\"It is 4.\"],\"raw_scores\":true}")
                                .path("[0].score")))
                .allSatisfy(logit -> assertThat(logit).isCloseTo(asked, within(1e-4f)));
        assertThat(Double.parseDouble(ask("/slime/bare", "{\"prompt\":" + turns + ",\"response\":\"It is 4.\"}")
                        .asString()))
                .isCloseTo(asked, within(1e-4));
    }

    @Test
    @Order(10)
    void shouldTellTheModelAndRefuseOthersByTheContracts() {
        when().get("/v1/models").then().statusCode(200).body("data[0].id", equalTo(MODEL));
        when().get("/v2/models/" + MODEL).then().statusCode(200).body("outputs[0].name", equalTo("reward"));
        when().get("/v2/models/other").then().statusCode(404).body("error", containsString("other"));
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/v2/models/other/infer")
                .then()
                .statusCode(404)
                .body("error", containsString("other"));
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/get_reward")
                .then()
                .statusCode(400)
                .body("detail", containsString("query"));
        ask("/seed_session", "{}");
        given().contentType(ContentType.JSON)
                .body("{\"query\":[],\"prompts\":[],\"labels\":[]}")
                .post("/get_reward")
                .then()
                .statusCode(200)
                .body("rewards", hasSize(0));
        given().contentType(ContentType.JSON)
                .body("[")
                .post("/classify")
                .then()
                .statusCode(400)
                .body("error.type", equalTo("malformed_json"))
                .body("error.code", equalTo(400));
    }

    /** A trainer's phase that wants one version gets it, whatever serves; a client without headers says so in the address. */
    @Test
    @Order(11)
    void shouldScoreByTheVersionThatARequestNames() throws Exception {
        CheckpointManifest other = Checkpoints.write(folder.resolve("other"), 12);
        String version = other.getVersionId();
        send(TOPICS.checkpoints().name(), MODEL + "/" + version, other);
        send(
                TOPICS.models().name(),
                MODEL + "/frozen",
                ModelAlias.newBuilder(Fixtures.champion(version))
                        .setAlias("frozen")
                        .build());
        String body = "{\"items\":[" + ITEM + "]}";
        await().atMost(LIMIT)
                .untilAsserted(() -> given().contentType(ContentType.JSON)
                        .header("X-Touchstone-Model-Version", "frozen")
                        .body(body)
                        .post("/v1/rewards")
                        .then()
                        .statusCode(200)
                        .header("X-Touchstone-Model-Version", equalTo(version))
                        .body("model.version", equalTo(version)));
        float champion = post(body).path("rewards[0].logit");
        float frozen = ask("/v1/rewards?modelVersion=" + version, body).path("rewards[0].logit");
        assertThat(frozen).isNotCloseTo(champion, within(1e-4f));
        assertThat((float) post("{\"modelVersion\":\"frozen\",\"items\":[" + ITEM + "]}")
                        .path("rewards[0].logit"))
                .isCloseTo(frozen, within(1e-5f));
        String turns = "[{\"role\":\"user\",\"content\":\"What is 2 plus 2?\"}]";
        String sample = "{\"prompt\":" + turns + ",\"response\":\"It is 4.\",\"label\":null}";
        assertThat((float) ask("/slime?modelVersion=frozen", sample).path("reward"))
                .isCloseTo(frozen, within(1e-5f));
        assertThat((float) ask("/slime", sample).path("reward")).isCloseTo(champion, within(1e-5f));
        String infer = "{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]}]}";
        assertThat((String) ask("/v2/models/" + MODEL + "/versions/" + version + "/infer", infer)
                        .path("model_version"))
                .isEqualTo(version);
        when().get("/v1/models")
                .then()
                .body("data[0].id", equalTo(MODEL))
                .body("data[1].id", equalTo(MODEL + "/" + version));

        given().contentType(ContentType.JSON)
                .header("X-Touchstone-Model-Version", "nobody")
                .body(sample)
                .post("/slime")
                .then()
                .statusCode(404)
                .body("detail", containsString("'nobody'"));
        given().contentType(ContentType.JSON)
                .header("X-Touchstone-Model-Version", "frozen")
                .body(body)
                .post("/v1/rewards?modelVersion=other")
                .then()
                .statusCode(400)
                .body("error.message", containsString("two versions"));
    }

    @Test
    @Order(12)
    void shouldIgnoreOrRefuseCritiquesAsTheRequestSays() {
        String critiqued = "[" + ITEM.replace("\"id\":\"a\"", "\"critique\":\"Right.\"") + "]";
        assertThat((String) ask("/v1/rewards?critique=provided", critiqued).path("rewards[0].status"))
                .isEqualTo("OK");
        assertThat((String) ask("/v1/rewards?critique=none", critiqued).path("rewards[0].reason"))
                .isEqualTo("The request wants none.");
        for (String mode : new String[] {"stream", "some"}) {
            given().contentType(ContentType.JSON)
                    .body(critiqued)
                    .post("/v1/rewards?critique=" + mode)
                    .then()
                    .statusCode(400)
                    .body("error.code", equalTo("invalid_field"));
        }
    }

    /** The test plays the critic: it reads what the scorer sent and sends it on with a critique. */
    @Test
    @Order(13)
    void shouldWaitForTheCriticOnceWhenARequestIsSentTwice() throws Exception {
        CompletableFuture<io.restassured.response.Response> first = CompletableFuture.supplyAsync(() -> streamed("k1"));
        // As bytes: the classes of records are others in the container.
        UUID id = UUID.fromString(new String(
                await().atMost(LIMIT)
                        .until(
                                () -> Records.readAll(
                                        settings(), TOPICS.completions().name()),
                                sent -> !sent.isEmpty())
                        .get(0)
                        .key(),
                StandardCharsets.UTF_8));
        CompletableFuture<io.restassured.response.Response> again = CompletableFuture.supplyAsync(() -> streamed("k1"));
        CritiquedCompletion critiqued = Fixtures.critiqued(1, "It is 4.");
        critiqued.getCompletion().put("completionId", id);
        send(TOPICS.critiquedCompletions().name(), id.toString(), critiqued);
        for (CompletableFuture<io.restassured.response.Response> answer : List.of(first, again)) {
            answer.get(90, TimeUnit.SECONDS)
                    .then()
                    .statusCode(200)
                    .body("rewards[0].id", equalTo("a"))
                    .body("rewards[0].status", equalTo("OK"))
                    .body("rewards[0].logit", notNullValue())
                    .body("rewards[0].streamed.completionId", equalTo(id.toString()))
                    .body("rewards[0].streamed.critique", equalTo("The answer is right."))
                    .body("rewards[0].streamed.model.version", notNullValue());
        }
        assertThat(Records.readAll(settings(), TOPICS.completions().name())).hasSize(1);
        given().contentType(ContentType.JSON)
                .header("Idempotency-Key", "k1")
                .body("[]")
                .post("/v1/rewards")
                .then()
                .statusCode(422)
                .body("error.code", equalTo("idempotency_key_reused"));
        given().contentType(ContentType.JSON)
                .header("X-Deadline-Ms", "50")
                .body("[" + ITEM + "]")
                .post("/v1/rewards?critique=stream")
                .then()
                .statusCode(504)
                .body("error.code", equalTo("deadline_exceeded"));
    }

    @Test
    @Order(14)
    void shouldWorkNoLongerForAClientThatHasGone() throws Exception {
        String body = "[" + ITEM + "]";
        try (Socket client = new Socket(root.getHost(), root.getPort())) {
            client.getOutputStream()
                    .write(("POST /v1/rewards?critique=stream HTTP/1.1\r\nHost: x\r\nX-Deadline-Ms: 300000\r\n"
                                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(metric("rm_streamed_waiting")).isEqualTo(1));
        }
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(metric("rm_streamed_waiting")).isZero());
        assertThat(metric("rm_queue_texts")).isZero();
    }

    private static double metric(String name) {
        return when().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    private static io.restassured.response.Response streamed(String key) {
        return given().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .header("X-Deadline-Ms", "90000")
                .body("[" + ITEM + "]")
                .post("/v1/rewards?critique=stream");
    }

    @Test
    @Order(15)
    void shouldDescribeEveryPathAndNoOther() throws Exception {
        assertThat(description().operations())
                .containsExactlyInAnyOrderElementsOf(ServedDescription.operationsOf(Path.of("target/classes")));
    }

    @Test
    @Order(15)
    void shouldAnswerEveryExampleOfTheDescription() throws Exception {
        List<ServedDescription.Example> examples = description().examples();
        assertThat(examples).hasSizeGreaterThan(15);
        examples.forEach(example -> ask(example.path(), example.body()));
    }

    private static ServedDescription description() throws Exception {
        return ServedDescription.of(when().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    private static io.restassured.response.Response ask(String path, String body) {
        io.restassured.response.Response response =
                given().contentType(ContentType.JSON).body(body).post(path);
        assertThat(response.statusCode()).as("%s %s", path, response.asString()).isEqualTo(200);
        return response;
    }

    private static io.restassured.response.Response post(String body) {
        return given().contentType(ContentType.JSON).body(body).post("/v1/rewards");
    }

    private static void refused(String body, int status, String code) {
        post(body)
                .then()
                .statusCode(status)
                .contentType(ContentType.JSON)
                .body("error.code", equalTo(code))
                .body("error.message", notNullValue());
    }

    private void send(String topic, String key, org.apache.avro.specific.SpecificRecord value) {
        Records.send(settings(), topic, key, value);
    }

    private KafkaSettings settings() {
        return KafkaSettings.of(Map.of("bootstrap.servers", bootstrapServers, "schema.registry.url", registryUrl));
    }
}
