package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.critique.asyncstage.CallResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Thread-safe. Says what a critic's HTTP response means. Reasons never quote the response: it may repeat a user's text. */
final class ResponseReader {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseReader.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long ALARM_EVERY_MS = Duration.ofMinutes(1).toMillis();
    /** Error codes of endpoints are identifiers; anything else is not repeated. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private final CriticIdentity identity;
    private final Clock clock;
    private final AtomicLong nextAlarmAt = new AtomicLong(Long.MIN_VALUE);

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
            return new CallResult.Retry<>(reason, RetryAfter.of(response.headers(), clock.instant()), status == 429);
        }
        if (status == 401 || status == 403) {
            alarm(reason);
        }
        return new CallResult.Permanent<>(reason);
    }

    private CallResult<CritiqueAnswer> critique(byte[] body, boolean cacheable) {
        JsonNode choice;
        try {
            choice = JSON.readTree(body).path("choices").path(0);
        } catch (IOException e) {
            return new CallResult.Unparsable<>("The critic's response is not JSON.");
        }
        JsonNode message = choice.path("message");
        if (choice.path("finish_reason").asText("").equals("content_filter")
                || !message.path("refusal").asText("").isEmpty()) {
            return new CallResult.Permanent<>("The critic declined to answer.");
        }
        try {
            AnswerParser.Parsed parsed = AnswerParser.parse(content(message.path("content")));
            return new CallResult.Success<>(
                    new CritiqueAnswer(parsed.text(), parsed.verdicts(), identity, clock.millis()), cacheable);
        } catch (AnswerParser.UnreadableAnswer e) {
            return new CallResult.Unparsable<>(String.valueOf(e.getMessage()));
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

    private void alarm(String reason) {
        long now = clock.millis();
        long due = nextAlarmAt.get();
        if (now >= due && nextAlarmAt.compareAndSet(due, now + ALARM_EVERY_MS)) {
            LOG.error("{} Every request is refused until the key is right: check touchstone.critic.api-key.", reason);
        }
    }
}
