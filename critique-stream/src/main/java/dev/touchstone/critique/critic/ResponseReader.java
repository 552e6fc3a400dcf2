package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.CallResult.Fault;
import dev.touchstone.critique.asyncstage.Spend;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Thread-safe. Says what a critic's HTTP response means. Reasons never quote the response: it may repeat a user's text. */
final class ResponseReader {
    /** Every other request would meet them too: no access, no money, no such model or address. */
    private static final Set<Integer> LOCKED_OUT = Set.of(301, 302, 307, 308, 401, 402, 403, 404, 405);

    /** Money does not come back within a second. */
    private static final Duration PAUSE_WITHOUT_MONEY = Duration.ofSeconds(60);

    private final CriticIdentity identity;
    private final Prices prices;
    private final Clock clock;

    ResponseReader(CriticIdentity identity, Prices prices, Clock clock) {
        this.identity = identity;
        this.prices = prices;
        this.clock = clock;
    }

    /**
     * @param reply the last response of an attempt
     * @param before what the attempt's earlier responses said they used
     * @param atMost what the request may have used; counts where an answer does not say
     * @param cacheable whether an answer may be kept
     */
    CallResult<CritiqueAnswer> read(Reply reply, Usage before, Usage atMost, boolean cacheable) {
        Usage said = reply.usage();
        if (reply.accepted()) {
            Usage used = before.plus(said == null ? atMost : said);
            return critique(reply.json(), used, said != null, cacheable);
        }
        // What was refused without a word on tokens was not read.
        Spend spent = spend(before.plus(said == null ? Usage.NONE : said));
        String code = reply.code().isEmpty() ? "" : " (" + reply.code() + ")";
        if (reply.declinesContent()) {
            return new CallResult.Permanent<>("The critic declined to answer" + code + ".", false, spent);
        }
        String reason = "The critic answered HTTP " + reply.status() + code + ".";
        Fault fault = passing(reply.status());
        return fault == null
                ? new CallResult.Permanent<>(reason, LOCKED_OUT.contains(reply.status()), spent)
                : new CallResult.Retry<>(reason, fault, pause(reply), spent);
    }

    /** The fault of a status that may pass; null for one that stays. */
    private static @Nullable Fault passing(int status) {
        return switch (status) {
            case 429 -> Fault.LIMITED;
            case 408, 504 -> Fault.TIMED_OUT;
            case 409, 425 -> Fault.BROKEN;
            default -> status >= 500 ? Fault.BROKEN : null;
        };
    }

    private @Nullable Duration pause(Reply reply) {
        Duration asked = RetryAfter.of(reply.headers(), clock.instant());
        return asked == null && reply.lacksMoney() ? PAUSE_WITHOUT_MONEY : asked;
    }

    private CallResult<CritiqueAnswer> critique(JsonNode body, Usage used, boolean isKnown, boolean cacheable) {
        Spend spent = spend(used);
        if (body.isMissingNode()) {
            return new CallResult.Unparsable<>("The critic's response is not JSON.", spent);
        }
        JsonNode choice = body.path("choices").path(0);
        JsonNode message = choice.path("message");
        if (choice.path("finish_reason").asText("").equals("content_filter")
                || !message.path("refusal").asText("").isEmpty()) {
            return new CallResult.Permanent<>("The critic declined to answer.", false, spent);
        }
        try {
            AnswerParser.Parsed parsed = AnswerParser.parse(content(message.path("content")));
            CritiqueAnswer answer = new CritiqueAnswer(
                    parsed.text(),
                    parsed.verdicts(),
                    identity,
                    clock.millis(),
                    isKnown ? used.promptTokens() : null,
                    isKnown ? used.completionTokens() : null,
                    prices.areKnown() ? spent.money() / Prices.BILLION : null);
            return new CallResult.Success<>(answer, cacheable, spent);
        } catch (AnswerParser.UnreadableAnswer e) {
            return new CallResult.Unparsable<>(String.valueOf(e.getMessage()), spent);
        }
    }

    Spend spend(Usage used) {
        return new Spend(
                (long) used.promptTokens() + used.completionTokens(),
                prices.of(used.promptTokens(), used.completionTokens()));
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
}
