package dev.touchstone.testkit.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.registry.RegistryAccess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Confined to one thread. Asks a registry with Confluent's REST API for the schemas that records were written with. */
final class SchemaSource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private final List<String> urls;
    private final Duration patience;
    private final @Nullable String authorization;
    private final HttpClient http;
    private final Map<Integer, Optional<Schema>> known = new HashMap<>();

    /**
     * @param client properties of Kafka clients, which also say where the registry is and how to log in there
     * @param patience how long to ask a registry that does not answer
     */
    SchemaSource(Map<String, Object> client, Duration patience) {
        this.patience = patience;
        RegistryAccess access = new RegistryAccess(client);
        urls = access.urls();
        authorization = access.authorization().orElse(null);
        http = access.client();
    }

    /**
     * The schema with an id, or empty if the registry has none.
     *
     * @throws UserError if the registry does not answer, or refuses to
     */
    Optional<Schema> byId(int id) {
        return known.computeIfAbsent(
                id, unknown -> ask("/schemas/ids/" + unknown).map(this::parse));
    }

    private @Nullable Schema parse(JsonNode answer) {
        try {
            Schema.Parser parser = new Schema.Parser();
            parseReferences(answer, parser);
            return parser.parse(answer.path("schema").asText());
        } catch (AvroRuntimeException e) {
            return null; // a schema of another kind, such as JSON Schema
        }
    }

    private void parseReferences(JsonNode answer, Schema.Parser parser) {
        for (JsonNode reference : answer.path("references")) {
            String subject = URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8);
            String path = "/subjects/" + subject.replace("+", "%20") + "/versions/";
            ask(path + reference.path("version").asInt()).ifPresent(referred -> {
                parseReferences(referred, parser);
                parser.parse(referred.path("schema").asText());
            });
        }
    }

    private Optional<JsonNode> ask(String path) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        while (true) {
            for (String base : urls) {
                try {
                    HttpResponse<String> response =
                            http.send(request(base + path), HttpResponse.BodyHandlers.ofString());
                    if (response.statusCode() == 404) {
                        return Optional.empty();
                    }
                    if (response.statusCode() == 200) {
                        return Optional.of(JSON.readTree(response.body()));
                    }
                    if (response.statusCode() < 500 && response.statusCode() != 429) {
                        throw new UserError("The schema registry at " + base + " answers " + response.statusCode()
                                + ": check its address and the login in the KAFKA_ variables.");
                    }
                } catch (JsonProcessingException e) {
                    throw new UserError("What answers at " + base + " is no schema registry: check --registry.", e);
                } catch (IOException e) {
                    // Not there now: it is asked again.
                } catch (InterruptedException e) {
                    throw interrupted(e);
                }
            }
            if (System.nanoTime() > giveUpAt) {
                throw new UserError("The schema registry at " + String.join(", ", urls)
                        + " does not answer: start it, or set --registry to the right address.");
            }
            pause();
        }
    }

    private HttpRequest request(String url) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request.build();
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Interrupted while the schema registry was asked", e);
    }
}
