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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
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

    /**
     * @param config Kafka client settings, see {@link RegistryAccess}
     * @throws UserError if a setting is missing or cannot be used
     */
    public RegistryClient(Map<String, ?> config) {
        RegistryAccess access = new RegistryAccess(config);
        urls = access.urls();
        authorization = access.authorization().orElse(null);
        http = access.client();
        Object waitMs = config.get(WAIT_MS);
        wait = Duration.ofMillis(waitMs == null ? 60_000 : Long.parseLong(waitMs.toString()));
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
                    return callOnce(method, url + path, body);
                } catch (NotNowException e) {
                    trouble = url + " " + e.getMessage();
                    cause = e;
                } catch (IOException e) {
                    trouble = url + " cannot be reached";
                    cause = e;
                    if (e instanceof SSLException) {
                        trouble += " by TLS (" + e.getMessage() + ")";
                    }
                }
            }
            long pauseMs = Math.min(2_000, 100L << Math.min(attempt, 5));
            if (System.nanoTime() + pauseMs * 1_000_000 > giveUpAt) {
                throw new RegistryUnavailableException(
                        "The schema registry " + trouble + ": start it, or set " + RegistryAccess.URL
                                + " to the right address.",
                        cause == null ? new IOException(trouble) : cause);
            }
            if (attempt % 5 == 2) {
                LOG.warn("Waiting for the schema registry: {}", trouble);
            }
            pause(pauseMs);
        }
    }

    /**
     * The registry is there, and does not answer this time. A login that is refused is waited out as well: no record is at
     * fault, and a login may be mended while we run.
     */
    private static final class NotNowException extends IOException {
        private static final long serialVersionUID = 1;

        NotNowException(String message) {
            super(message);
        }
    }

    private JsonNode callOnce(String method, String url, @Nullable String body) throws IOException {
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
            throw new NotNowException("is not able to answer now");
        }
        if (status == 401 || status == 403) {
            throw new NotNowException("refuses the login (" + status + "; " + RegistryAccess.USER_INFO + ", "
                    + RegistryAccess.BEARER_TOKEN + ")");
        }
        if (status / 100 != 2) {
            throw new RegistryException(status, method + " " + url + " answered " + status + ".");
        }
        try {
            return JSON.readTree(response.body());
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

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
