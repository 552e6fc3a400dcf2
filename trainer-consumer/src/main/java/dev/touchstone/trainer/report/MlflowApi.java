package dev.touchstone.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * Not thread-safe. The five calls of MLflow's REST API 2.0 that reports need (mlflow.org/docs/latest/rest-api.html), each with a
 * short time-out. Redirects are not followed: the token is for this server.
 */
final class MlflowApi {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final int NOT_FOUND = 404;
    private static final int LONGEST_KEY = 250;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MlflowSettings settings;
    private final String base;
    private final HttpClient http;

    MlflowApi(MlflowSettings settings) {
        this.settings = settings;
        this.base = settings.uri().toString().replaceAll("/+$", "") + "/api/2.0/mlflow/";
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Id of the experiment, made where it is missing. */
    String experiment() throws IOException, InterruptedException {
        String name = URLEncoder.encode(settings.experiment(), StandardCharsets.UTF_8);
        HttpResponse<String> found = send(
                request("experiments/get-by-name?experiment_name=" + name).GET().build());
        if (found.statusCode() != NOT_FOUND) {
            return text(body(found).path("experiment"), "experiment_id");
        }
        ObjectNode wanted = JSON.createObjectNode().put("name", settings.experiment());
        return text(post("experiments/create", wanted), "experiment_id");
    }

    /** Id of the run of that name, the newest one if there are several; made where it is missing. */
    String run(String experiment, String name, Instant at) throws IOException, InterruptedException {
        ObjectNode search = JSON.createObjectNode()
                .put("filter", "tags.`mlflow.runName` = '" + name + "'") // a model id holds no quote
                .put("max_results", 1);
        search.putArray("experiment_ids").add(experiment);
        JsonNode runs = post("runs/search", search).path("runs");
        if (!runs.isEmpty()) {
            String id = text(runs.get(0).path("info"), "run_id");
            post("runs/update", JSON.createObjectNode().put("run_id", id).put("status", "RUNNING"));
            return id;
        }
        ObjectNode wanted = JSON.createObjectNode()
                .put("experiment_id", experiment)
                .put("run_name", name)
                .put("start_time", at.toEpochMilli());
        wanted.putArray("tags").addObject().put("key", "mlflow.runName").put("value", name);
        return text(post("runs/create", wanted).path("run").path("info"), "run_id");
    }

    /** Adds figures to a run. */
    void log(String run, Report report) throws IOException, InterruptedException {
        ObjectNode batch = JSON.createObjectNode().put("run_id", run);
        ArrayNode metrics = batch.putArray("metrics"); // some hundreds at most; the server takes 1,000
        report.values()
                .forEach((name, value) -> metrics.addObject()
                        .put("key", key(name))
                        .put("value", value)
                        .put("timestamp", report.at().toEpochMilli())
                        .put("step", report.step()));
        post("runs/log-batch", batch);
    }

    /** Says that a run has ended. */
    void finish(String run, Instant at) throws IOException, InterruptedException {
        post(
                "runs/update",
                JSON.createObjectNode()
                        .put("run_id", run)
                        .put("status", "FINISHED")
                        .put("end_time", at.toEpochMilli()));
    }

    /** What MLflow allows in the name of a metric: names of sources and critics may hold anything. */
    private static String key(String name) {
        String plain =
                name.replaceAll("[^A-Za-z0-9_\\-. /]", "_").replace("..", "__").replace("//", "/_");
        return plain.substring(0, Math.min(plain.length(), LONGEST_KEY));
    }

    private JsonNode post(String call, ObjectNode body) throws IOException, InterruptedException {
        return body(send(request(call)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build()));
    }

    private HttpRequest.Builder request(String call) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + call)).timeout(CALL);
        if (settings.token() != null) {
            request.header("Authorization", "Bearer " + settings.token());
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    private static JsonNode body(HttpResponse<String> response) throws IOException {
        if (response.statusCode() != 200) {
            String said = response.body();
            throw new IOException("it answers " + response.statusCode() + " to "
                    + response.uri().getPath() + ": "
                    + said.substring(0, Math.min(200, said.length())).strip());
        }
        return JSON.readTree(response.body());
    }

    private static String text(JsonNode node, String name) throws IOException {
        String value = node.path(name).asText("");
        if (value.isEmpty()) {
            throw new IOException("its answer has no " + name);
        }
        return value;
    }
}
