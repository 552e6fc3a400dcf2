package dev.touchstone.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. What an Avro serde needs of a schema registry that speaks Confluent's REST API (Confluent Schema Registry,
 * Apicurio under {@code /apis/ccompat/v7}, Karapace, Redpanda).
 *
 * <p>A registry that cannot be reached is waited for, up to {@value #WAIT_MS} milliseconds; schemas that were seen once are
 * kept, so that a registry which is away disturbs nothing that is already known.
 */
public final class RegistryClient {
    /** Base addresses, separated by commas; tried in order. */
    public static final String URL = "schema.registry.url";

    /** {@code user:password} for basic authentication. */
    public static final String USER_INFO = "basic.auth.user.info";

    /** Token for bearer authentication. */
    public static final String BEARER_TOKEN = "bearer.auth.token";

    /** How long to wait for a registry that cannot be reached, milliseconds; 60,000 by default. */
    public static final String WAIT_MS = "registry.wait.ms";

    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);
    private static final String JSON_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> urls;
    private final @Nullable String authorization;
    private final Duration wait;
    private final HttpClient http;
    private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();
    private final Map<SubjectSchema, Integer> ids = new ConcurrentHashMap<>();

    private record SubjectSchema(String subject, Schema schema) {}

    /** @param config Kafka client settings; {@link #URL} is required */
    public RegistryClient(Map<String, ?> config) {
        Object url = config.get(URL);
        if (url == null || url.toString().isBlank()) {
            throw new UserError("No schema registry is set: set " + URL + " to its address, for example"
                    + " http://localhost:8081/apis/ccompat/v7.");
        }
        urls = Arrays.stream(url.toString().split(",", -1))
                .map(RegistryClient::checked)
                .toList();
        Object user = config.get(USER_INFO);
        Object token = config.get(BEARER_TOKEN);
        if (user != null) {
            authorization = "Basic "
                    + Base64.getEncoder().encodeToString(user.toString().getBytes(StandardCharsets.UTF_8));
        } else {
            authorization = token == null ? null : "Bearer " + token;
        }
        Object waitMs = config.get(WAIT_MS);
        wait = Duration.ofMillis(waitMs == null ? 60_000 : Long.parseLong(waitMs.toString()));
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /**
     * The schema with an id.
     *
     * @throws RegistryException if there is none (status 404) or the registry refuses
     * @throws RegistryUnavailableException if the registry stays away
     */
    public Schema schema(int id) {
        Schema known = byId.get(id);
        if (known != null) {
            return known;
        }
        JsonNode answer = call("GET", "/schemas/ids/" + id, null);
        if (!answer.path("schemaType").asText("AVRO").equals("AVRO")) {
            throw new RegistryException(422, "Schema " + id + " is not an Avro schema.");
        }
        Schema.Parser parser = new Schema.Parser();
        parseReferences(answer, parser);
        Schema schema = parser.parse(answer.path("schema").asText());
        byId.put(id, schema);
        return schema;
    }

    /**
     * The id under which a subject knows a schema.
     *
     * @param register whether to register the schema where the subject does not know it
     * @throws RegistryException if the schema is unknown or incompatible (status 409), or the registry refuses
     * @throws RegistryUnavailableException if the registry stays away
     */
    public int id(String subject, Schema schema, boolean register) {
        SubjectSchema key = new SubjectSchema(subject, schema);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        String body = JSON.createObjectNode().put("schema", schema.toString()).toString();
        int id = call("POST", "/subjects/" + encode(subject) + (register ? "/versions" : ""), body)
                .path("id")
                .asInt();
        ids.put(key, id);
        byId.putIfAbsent(id, schema);
        return id;
    }

    /**
     * Sets how schemas of a subject may change.
     *
     * @param level a level of Confluent's API, such as FULL_TRANSITIVE
     */
    public void setCompatibility(String subject, String level) {
        call(
                "PUT",
                "/config/" + encode(subject),
                JSON.createObjectNode().put("compatibility", level).toString());
    }

    private void parseReferences(JsonNode answer, Schema.Parser parser) {
        for (JsonNode reference : answer.path("references")) {
            JsonNode referred = call(
                    "GET",
                    "/subjects/" + encode(reference.path("subject").asText()) + "/versions/"
                            + reference.path("version").asInt(),
                    null);
            parseReferences(referred, parser);
            parser.parse(referred.path("schema").asText());
        }
    }

    private JsonNode call(String method, String path, @Nullable String body) {
        long giveUpAt = System.nanoTime() + wait.toNanos();
        for (int attempt = 0; ; attempt++) {
            String trouble = "";
            Throwable cause = null;
            for (String url : urls) {
                try {
                    Optional<JsonNode> answer = callOnce(method, url + path, body);
                    if (answer.isPresent()) {
                        return answer.get();
                    }
                    trouble = url + " is not able to answer now";
                } catch (IOException e) {
                    trouble = url + " cannot be reached";
                    cause = e;
                }
            }
            long pauseMs = Math.min(2_000, 100L << Math.min(attempt, 5));
            if (System.nanoTime() + pauseMs * 1_000_000 > giveUpAt) {
                throw new RegistryUnavailableException(
                        "The schema registry " + trouble + ": start it, or set " + URL + " to the right address.",
                        cause == null ? new IOException(trouble) : cause);
            }
            if (attempt % 5 == 2) {
                LOG.warn("Waiting for the schema registry: {}", trouble);
            }
            pause(pauseMs);
        }
    }

    /** Empty if the registry is there but not able to answer now (5xx, 429). */
    private Optional<JsonNode> callOnce(String method, String url, @Nullable String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", JSON_TYPE)
                .header("Accept", JSON_TYPE + ", application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
        int status = response.statusCode();
        if (status >= 500 || status == 429) {
            return Optional.empty();
        }
        if (status / 100 != 2) {
            throw new RegistryException(status, method + " " + url + " answered " + status + ".");
        }
        try {
            return Optional.of(JSON.readTree(response.body()));
        } catch (JsonProcessingException e) {
            throw new RegistryException(status, method + " " + url + " did not answer in JSON: is it a registry?");
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    private static String checked(String url) {
        String base = url.strip().replaceAll("/+$", "");
        if (!base.matches("https?://[^/\\s]+.*") || base.contains(" ")) {
            throw new UserError(
                    URL + " is '" + base + "', which is no http or https address: set it to one, for example"
                            + " http://localhost:8081/apis/ccompat/v7.");
        }
        return base;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
