package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.regex.Pattern;

/** Thread-safe. Says what a critic's HTTP response means. Reasons never quote the response: it may repeat a user's text. */
final class ResponseReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Error codes of endpoints are identifiers; anything else is not repeated. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private final CriticIdentity identity;
    private final Clock clock;

    ResponseReader(CriticIdentity identity, Clock clock) {
        this.identity = identity;
        this.clock = clock;
    }

    static boolean accepted(HttpResponse<byte[]> response) {
        return response.statusCode() / 100 == 2;
    }

    CallResult<CritiqueAnswer> read(HttpResponse<byte[]> response, boolean cacheable) {
        int status = response.statusCode();
        if (accepted(response)) {
            return critique(response.body(), cacheable);
        }
        String reason = "The critic answered HTTP " + status + code(response.body()) + ".";
        if (status == 429 || status == 408 || status >= 500) {
            CallResult.Fault fault = switch (status) {
                case 429 -> CallResult.Fault.LIMITED;
                case 408, 504 -> CallResult.Fault.TIMED_OUT;
                default -> CallResult.Fault.BROKEN;
            };
            return new CallResult.Retry<>(reason, fault, RetryAfter.of(response.headers(), clock.instant()));
        }
        return new CallResult.Permanent<>(reason, status == 401 || status == 403, Spend.NONE);
    }

    private CallResult<CritiqueAnswer> critique(byte[] body, boolean cacheable) {
        JsonNode choice;
        try {
            choice = JSON.readTree(body).path("choices").path(0);
        } catch (IOException e) {
            return new CallResult.Unparsable<>("The critic's response is not JSON.", Spend.NONE);
        }
        JsonNode message = choice.path("message");
        if (choice.path("finish_reason").asText("").equals("content_filter")
                || !message.path("refusal").asText("").isEmpty()) {
            return new CallResult.Permanent<>("The critic declined to answer.", false, Spend.NONE);
        }
        try {
            AnswerParser.Parsed parsed = AnswerParser.parse(content(message.path("content")));
            return new CallResult.Success<>(
                    new CritiqueAnswer(parsed.text(), parsed.verdicts(), identity, clock.millis()),
                    cacheable,
                    Spend.NONE);
        } catch (AnswerParser.UnreadableAnswer e) {
            return new CallResult.Unparsable<>(String.valueOf(e.getMessage()), Spend.NONE);
        }
    }

    /** Plain text, or the text parts of a list. */
    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.asText("");
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static String code(byte[] body) {
        try {
            JsonNode error = JSON.readTree(body).path("error");
            String code = error.path("code").asText(error.path("type").asText(""));
            return CODE.matcher(code).matches() ? " (" + code + ")" : "";
        } catch (IOException e) {
            return "";
        }
    }
}
