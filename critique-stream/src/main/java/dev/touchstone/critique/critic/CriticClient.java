package dev.touchstone.critique.critic;

import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.Attempt;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. Asks any endpoint that speaks OpenAI's chat completions for critiques. One HTTP request per attempt, except
 * where the endpoint refuses a form of structured output: then the same attempt asks again in a weaker form, and later ones
 * begin with that.
 */
public final class CriticClient implements AsyncCall<CritiqueRequest, CritiqueAnswer> {
    private static final Logger LOG = LoggerFactory.getLogger(CriticClient.class);
    private static final int MAX_BODY_BYTES = 256 << 10;
    private static final int CHARS_PER_TOKEN = 3;

    private final CriticSettings settings;
    private final CriticIdentity identity;
    private final PromptTemplate prompt;
    private final RequestBody body;
    private final ResponseReader reader;
    private final Clock clock;
    private final CriticObserver observer;
    private final HttpClient http;
    private final URI endpoint;
    private volatile Form form;

    /** The form that is asked for now, and whether the endpoint has ever accepted it. */
    private record Form(StructuredOutput output, boolean accepted) {}

    /**
     * @param settings how to reach the critic
     * @param clock for the time of critiques, for dates in Retry-After and for how long requests take
     * @param observer hears of every request
     */
    public CriticClient(CriticSettings settings, Clock clock, CriticObserver observer) {
        this.settings = settings;
        this.clock = clock;
        this.observer = observer;
        identity = settings.identity();
        prompt = PromptTemplate.of(identity.promptVersion());
        body = new RequestBody(settings, prompt);
        reader = new ResponseReader(identity, settings.prices(), clock);
        // Some servers answer the offer of an upgrade to HTTP/2 with an error. A time-out for connecting is left to
        // that of
        // the attempt: with one of the client's own each connection would keep its first request and answer for life.
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        endpoint = URI.create(settings.baseUrl().toString().replaceAll("/+$", "") + "/chat/completions");
        form = new Form(settings.structuredOutput(), false);
    }

    @Override
    public Spend estimate(CritiqueRequest request) {
        return reader.spend(atMost(request));
    }

    /** Three characters make a token, or more do; so it is on the safe side for most texts in a Latin script. */
    private Usage atMost(CritiqueRequest request) {
        long chars = prompt.chars(request) + AnswerSchema.CHARS;
        return new Usage((int) ((chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN), settings.maxTokens());
    }

    @Override
    public CompletionStage<CallResult<CritiqueAnswer>> call(CritiqueRequest request, Attempt attempt) {
        return send(request, attempt.repair(), form, Usage.NONE).thenApply(result -> {
            observer.spent(result.spent());
            return result;
        });
    }

    /** @param before what the attempt's earlier requests used, as far as the endpoint says */
    private CompletionStage<CallResult<CritiqueAnswer>> send(
            CritiqueRequest request, boolean repair, Form asked, Usage before) {
        Instant begun = clock.instant();
        return exchange(body.of(request, repair, asked.output())).thenCompose(exchange -> {
            Duration took = Duration.between(begun, clock.instant());
            Usage atMost = atMost(request);
            Reply reply = exchange.reply();
            if (reply == null) {
                Failure failure = failure(exchange, before, atMost);
                observer.ended(took, null, failure.type());
                return CompletableFuture.completedFuture(failure.result());
            }
            Usage said = reply.usage();
            observer.ended(took, said, reply.accepted() ? null : Integer.toString(reply.status()));
            if (reply.accepted()) {
                accept(asked);
            } else if (mayRefuseForm(reply, asked)) {
                Form weaker = new Form(asked.output().weaker(), false);
                return send(request, repair, weaker, said == null ? before : before.plus(said));
            }
            // A request that waited while the operator changed the critic goes to the new one. The critique says
            // so, and is not kept under the hash that names the old one.
            boolean cacheable = request.identity().equals(identity);
            return CompletableFuture.completedFuture(reader.read(reply, before, atMost, cacheable));
        });
    }

    /** A request went well in a form: from now on it is the one to begin with. */
    private synchronized void accept(Form asked) {
        // A weaker form that another request has found meanwhile stays.
        if (asked.accepted() || asked.output().compareTo(form.output()) < 0) {
            return;
        }
        if (asked.output() != form.output()) {
            LOG.warn(
                    "The critic does not take structured output as {}: asking for {} from now on.",
                    form.output().configName(),
                    asked.output().configName());
        }
        form = new Form(asked.output(), true);
    }

    private static boolean mayRefuseForm(Reply reply, Form asked) {
        return reply.isBadRequest()
                && asked.output() != StructuredOutput.NONE
                && (!asked.accepted() || reply.namesTheForm());
    }

    /**
     * What came of a request.
     *
     * @param reply null if there is none
     * @param error why there is none
     * @param sent whether any of the request's body was sent
     */
    private record Exchange(@Nullable Reply reply, @Nullable Throwable error, boolean sent) {}

    private CompletableFuture<Exchange> exchange(BodyPublisher body) {
        WatchedBody content = new WatchedBody(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(content);
        if (settings.apiKey() != null) {
            request.header("Authorization", "Bearer " + settings.apiKey());
        }
        CompletableFuture<HttpResponse<byte[]>> sent =
                http.sendAsync(request.build(), head -> new LimitedBody(MAX_BODY_BYTES));
        // The time-out of the client itself ends with the response's head; this one covers the body too.
        return sent.copy()
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, error) -> {
                    if (error != null) {
                        sent.cancel(true);
                    }
                    return new Exchange(error == null ? Reply.of(response) : null, error, content.wasAskedFor());
                });
    }

    /** No response, and what that means. */
    private record Failure(String type, CallResult<CritiqueAnswer> result) {}

    private Failure failure(Exchange exchange, Usage before, Usage atMost) {
        if (!exchange.sent()) {
            return failure(
                    "connect", "The critic cannot be reached.", CallResult.Fault.UNREACHABLE, reader.spend(before));
        }
        Throwable cause = exchange.error();
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        // What was sent may have been answered, and paid for, though we did not see it.
        Spend spent = reader.spend(before.plus(atMost));
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof LimitedBody.TooLarge) {
                String reason = "The critic's answer is larger than " + MAX_BODY_BYTES + " bytes.";
                return new Failure("too_large", new CallResult.Unparsable<>(reason, spent));
            }
        }
        if (cause instanceof TimeoutException) {
            String reason =
                    "The critic did not answer within " + settings.timeout().toMillis() + " ms.";
            return failure("timeout", reason, CallResult.Fault.TIMED_OUT, spent);
        }
        String name = cause == null ? "nothing" : cause.getClass().getSimpleName();
        return failure(
                "broken", "The connection to the critic failed with " + name + ".", CallResult.Fault.BROKEN, spent);
    }

    private static Failure failure(String type, String reason, CallResult.Fault fault, Spend spent) {
        return new Failure(type, new CallResult.Retry<>(reason, fault, null, spent));
    }
}
