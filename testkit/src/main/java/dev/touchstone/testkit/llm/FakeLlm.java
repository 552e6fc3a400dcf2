package dev.touchstone.testkit.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Thread-safe. An HTTP server on loopback that speaks OpenAI's chat completions and does to each call what a script says. It
 * keeps every call, so that a test can count what was asked and how much at once.
 */
public final class FakeLlm implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "fake-llm");
        thread.setDaemon(true);
        return thread;
    });
    private final Function<Call, Behaviour> script;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();

    /**
     * One call.
     *
     * @param number from 1
     * @param request the JSON body
     * @param authorization the Authorization header, empty if there is none
     */
    public record Call(int number, JsonNode request, String authorization) {
        /** The content of the last message. */
        public String userMessage() {
            JsonNode messages = request.path("messages");
            return messages.path(messages.size() - 1).path("content").asText();
        }
    }

    /** What the server does with a call. */
    public sealed interface Behaviour {
        /**
         * Answers 200 with a message.
         *
         * @param content content of the assistant's message
         * @param delay how long that takes
         */
        record Answer(String content, Duration delay) implements Behaviour {}

        /**
         * Answers with a status and a body as they are.
         *
         * @param status the HTTP status
         * @param headers further headers, such as Retry-After
         * @param body the body
         */
        record Status(int status, Map<String, String> headers, String body) implements Behaviour {}

        /** Never answers. */
        record Hang() implements Behaviour {}

        /** Closes the connection without an answer. */
        record Reset() implements Behaviour {}
    }

    private FakeLlm(HttpServer server, Function<Call, Behaviour> script) {
        this.server = server;
        this.script = script;
    }

    /** Starts a server on a free port of loopback. */
    public static FakeLlm start(Function<Call, Behaviour> script) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
            FakeLlm llm = new FakeLlm(server, script);
            server.createContext("/v1/chat/completions", llm::handle);
            server.setExecutor(llm.timer);
            server.start();
            return llm;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A behaviour that answers at once. */
    public static Behaviour answer(String content) {
        return new Behaviour.Answer(content, Duration.ZERO);
    }

    /** A critique in the shape that the project asks for, every verdict good. */
    public static String critique(String text) {
        ObjectNode critique = JSON.createObjectNode().put("critique", text);
        for (String aspect : List.of("instruction_following", "correctness", "style")) {
            critique.withArray("verdicts").addObject().put("aspect", aspect).put("verdict", "good");
        }
        return critique.toString();
    }

    /** Base address, ending in {@code /v1}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Every call so far, in order of arrival. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The largest number of calls that were in flight at one time. */
    public int mostInFlight() {
        return mostInFlight.get();
    }

    @Override
    public void close() {
        server.stop(0);
        timer.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        Call call;
        synchronized (calls) {
            call = new Call(calls.size() + 1, request, authorization == null ? "" : authorization);
            calls.add(call);
        }
        mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        Behaviour behaviour = script.apply(call);
        if (behaviour instanceof Behaviour.Answer answer) {
            Future<?> unused = timer.schedule(
                    () -> respond(exchange, 200, Map.of(), message(request, answer.content())),
                    answer.delay().toMillis(),
                    TimeUnit.MILLISECONDS);
        } else if (behaviour instanceof Behaviour.Status status) {
            respond(exchange, status.status(), status.headers(), status.body());
        } else if (behaviour instanceof Behaviour.Reset) {
            inFlight.decrementAndGet();
            exchange.close();
        }
    }

    private void respond(HttpExchange exchange, int status, Map<String, String> headers, String body) {
        inFlight.decrementAndGet();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            // The caller has gone, as callers with a time-out do; the call is on record.
        }
    }

    private static String message(JsonNode request, String content) {
        ObjectNode answer = JSON.createObjectNode();
        answer.put("id", "chatcmpl-fake").put("object", "chat.completion");
        answer.put("model", request.path("model").asText());
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", content);
        answer.putObject("usage")
                .put("prompt_tokens", request.toString().length() / 4)
                .put("completion_tokens", content.length() / 4)
                .put("total_tokens", (request.toString().length() + content.length()) / 4);
        return answer.toString();
    }
}
