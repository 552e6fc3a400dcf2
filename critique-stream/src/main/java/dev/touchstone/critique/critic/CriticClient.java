package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.Attempt;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
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
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BODY_BYTES = 256 << 10;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final CriticSettings settings;
    private final CriticIdentity identity;
    private final PromptTemplate prompt;
    private final ResponseReader reader;
    private final HttpClient http;
    private final URI endpoint;
    private volatile Form form;

    /** The form that is asked for now, and whether the endpoint has ever accepted it. */
    private record Form(StructuredOutput output, boolean accepted) {}

    /**
     * @param settings how to reach the critic
     * @param clock for the time of critiques and for dates in Retry-After
     */
    public CriticClient(CriticSettings settings, Clock clock) {
        this.settings = settings;
        identity = settings.identity();
        prompt = PromptTemplate.of(identity.promptVersion());
        reader = new ResponseReader(identity, clock);
        // Some servers answer the offer of an upgrade to HTTP/2 with an error.
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        endpoint = URI.create(settings.baseUrl().toString().replaceAll("/+$", "") + "/chat/completions");
        form = new Form(settings.structuredOutput(), false);
    }

    @Override
    public CompletionStage<CallResult<CritiqueAnswer>> call(CritiqueRequest request, Attempt attempt) {
        // A request that waited while the operator changed the critic goes to the new one. The critique says so, and is
        // not
        // kept under the hash that names the old one.
        boolean cacheable = request.identity().equals(identity);
        return send(request, attempt.repair(), form, cacheable);
    }

    private CompletionStage<CallResult<CritiqueAnswer>> send(
            CritiqueRequest request, boolean repair, Form asked, boolean cacheable) {
        return exchange(body(request, repair, asked.output())).thenCompose(reply -> {
            if (reply.response() == null) {
                return CompletableFuture.completedFuture(failed(reply.error()));
            }
            HttpResponse<byte[]> response = reply.response();
            if (ResponseReader.accepted(response)) {
                accept(asked);
            } else if (mayRefuseForm(response, asked)) {
                return send(request, repair, new Form(asked.output().weaker(), false), cacheable);
            }
            return CompletableFuture.completedFuture(reader.read(response, cacheable));
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

    private static boolean mayRefuseForm(HttpResponse<byte[]> response, Form asked) {
        boolean badRequest = response.statusCode() == 400 || response.statusCode() == 422;
        if (!badRequest || asked.output() == StructuredOutput.NONE) {
            return false;
        }
        String text = new String(response.body(), StandardCharsets.UTF_8);
        return !asked.accepted()
                || text.contains("response_format")
                || text.contains("json_schema")
                || text.contains("json_object");
    }

    private record Reply(
            @Nullable HttpResponse<byte[]> response,
            @Nullable Throwable error) {}

    private CompletableFuture<Reply> exchange(byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
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
                    return new Reply(response, error);
                });
    }

    private CallResult<CritiqueAnswer> failed(@Nullable Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof LimitedBody.TooLarge) {
                return new CallResult.Unparsable<>(
                        "The critic's answer is larger than " + MAX_BODY_BYTES + " bytes.", Spend.NONE);
            }
        }
        if (cause instanceof TimeoutException) {
            return new CallResult.Retry<>(
                    "The critic did not answer within " + settings.timeout().toMillis() + " ms.",
                    CallResult.Fault.TIMED_OUT,
                    null);
        }
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new CallResult.Retry<>("The critic cannot be reached.", CallResult.Fault.UNREACHABLE, null);
        }
        String name = cause == null ? "nothing" : cause.getClass().getSimpleName();
        return new CallResult.Retry<>(
                "The connection to the critic failed with " + name + ".", CallResult.Fault.BROKEN, null);
    }

    private byte[] body(CritiqueRequest request, boolean repair, StructuredOutput output) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", settings.model())
                .put("temperature", settings.temperature())
                .put("max_tokens", settings.maxTokens());
        body.set("messages", prompt.messages(request, repair));
        if (output == StructuredOutput.JSON_SCHEMA) {
            body.set("response_format", AnswerSchema.responseFormat());
        } else if (output == StructuredOutput.JSON_OBJECT) {
            body.putObject("response_format").put("type", "json_object");
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
