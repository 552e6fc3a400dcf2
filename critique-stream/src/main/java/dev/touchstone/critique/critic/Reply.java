package dev.touchstone.critique.critic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A critic's HTTP response.
 *
 * @param status the HTTP status
 * @param headers the headers
 * @param text the body
 * @param json the body; missing where it is no JSON
 */
record Reply(int status, HttpHeaders headers, String text, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Error codes of endpoints are identifiers; anything else is not repeated. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private static final List<String> CONTENT_CODES = List.of("content_filter", "content_policy_violation");
    private static final List<String> FORM_WORDS = List.of("response_format", "json_schema", "json_object");

    static Reply of(HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        return new Reply(response.statusCode(), response.headers(), text, parse(text));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    boolean accepted() {
        return status / 100 == 2;
    }

    @Nullable
    Usage usage() {
        return Usage.of(json.path("usage"));
    }

    /** The endpoint's own code of an error; empty where there is none that is fit to be repeated. */
    String code() {
        JsonNode error = json.path("error");
        String code = error.path("code").asText(error.path("type").asText(""));
        return CODE.matcher(code).matches() ? code : "";
    }

    /**
     * Whether the error is about the text that was sent. OpenRouter says so in the metadata of a 403, which elsewhere is about
     * the key.
     */
    boolean declinesContent() {
        return CONTENT_CODES.contains(code())
                || json.path("error").path("metadata").has("flagged_input");
    }

    /** Whether the request itself is called bad, and not for its text. */
    boolean isBadRequest() {
        return (status == 400 || status == 422) && !declinesContent();
    }

    /** Whether the error speaks of structured output. */
    boolean namesTheForm() {
        return FORM_WORDS.stream().anyMatch(text::contains);
    }

    /** Whether no money is left at the endpoint: said with the status of a limit, which it is not. */
    boolean lacksMoney() {
        JsonNode error = json.path("error");
        return status == 429
                && (error.path("code").asText().equals("insufficient_quota")
                        || error.path("type").asText().equals("insufficient_quota"));
    }
}
