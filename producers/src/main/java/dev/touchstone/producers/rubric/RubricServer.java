package dev.touchstone.producers.rubric;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. Serves a {@link RubricCritic}, on the loopback address unless told otherwise, in the shape of the OpenAI API: {@code POST
 * /v1/chat/completions}, {@code GET /v1/models}, {@code GET /health}. An answer that has to wait holds no thread.
 */
public final class RubricServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RubricServer.class);
    private static final int THREADS = 4;
    private static final int MOST_BYTES = 8 << 20;
    private static final int BACKLOG = 1024;

    private final HttpServer server;
    private final ScheduledExecutorService workers;
    private final ChatCompletions completions;
    private final Duration latency;
    private final int concurrency;
    private final AtomicInteger inFlight = new AtomicInteger();

    private RubricServer(HttpServer server, RubricCritic critic, Settings settings, Clock clock) {
        this.server = server;
        this.completions = new ChatCompletions(critic, clock);
        this.latency = settings.latency();
        this.concurrency = settings.concurrency();
        this.workers = Executors.newScheduledThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "rubric-critic");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * How to serve.
     *
     * @param host address or name to listen on
     * @param port port there; 0 for any that is free
     * @param latency how long each answer takes, at least
     * @param concurrency most answers under way at a time, more are refused with 429; 0 for no limit
     */
    public record Settings(String host, int port, Duration latency, int concurrency) {
        /** Checks the ranges. */
        public Settings {
            if (port < 0 || port > 65_535) {
                throw new UserError("The port " + port + " does not exist: choose one from 0 to 65535.");
            }
            if (latency.isNegative()) {
                throw new UserError("The latency is negative: give a time such as 20ms.");
            }
            if (concurrency < 0) {
                throw new UserError("The concurrency is negative: give a number, or 0 for no limit.");
            }
        }
    }

    /**
     * Starts serving; {@link #close} ends it.
     *
     * @throws UserError if the port is taken
     */
    public static RubricServer start(RubricCritic critic, Settings settings, Clock clock) {
        // Without it each answer waits some 40 ms for the client's delayed acknowledgement; read when the first server
        // is made.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        if (address.isUnresolved()) {
            throw new UserError(
                    "The host " + settings.host() + " is unknown: give an address of this machine to --host.");
        }
        HttpServer http;
        try {
            http = HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw new UserError("The port " + settings.port() + " is in use: choose another with --port.", e);
        } catch (IOException e) {
            throw new UserError("The rubric critic cannot listen on " + address + ": " + e.getMessage() + ".", e);
        }
        RubricServer server = new RubricServer(http, critic, settings, clock);
        http.setExecutor(server.workers);
        http.createContext("/", server::handle);
        http.start();
        return server;
    }

    /** The base URL for a client of the OpenAI API, ending in {@code /v1}. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    /** Ends serving at once; answers under way are cut off. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String route =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        switch (route) {
            case "POST /v1/chat/completions" -> complete(exchange);
            case "GET /v1/models" -> send(exchange, 200, completions.models());
            case "GET /health" -> send(exchange, 200, "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8));
            default ->
                send(
                        exchange,
                        404,
                        ChatCompletions.error(
                                "invalid_request_error", "There is no " + route + ": POST /v1/chat/completions."));
        }
    }

    private void complete(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            send(exchange, 413, ChatCompletions.error("invalid_request_error", "The request is too large."));
            return;
        }
        if (inFlight.incrementAndGet() > concurrency && concurrency > 0) {
            inFlight.decrementAndGet();
            exchange.getResponseHeaders().set("Retry-After", "1");
            send(exchange, 429, ChatCompletions.error("rate_limit_error", "Too many requests at a time."));
            return;
        }
        int status = 200;
        byte[] answer;
        try {
            answer = completions.answer(body);
        } catch (BadRequestException e) {
            status = e.status();
            answer = ChatCompletions.error("invalid_request_error", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("The rubric critic failed on a request", e);
            status = 500;
            answer = ChatCompletions.error("server_error", "The rubric critic failed on this request.");
        }
        sendLater(exchange, status, answer);
    }

    private void sendLater(HttpExchange exchange, int status, byte[] answer) {
        Runnable task = () -> {
            inFlight.decrementAndGet();
            try {
                send(exchange, status, answer);
            } catch (IOException e) {
                LOG.debug("A client went away before its answer", e);
            }
        };
        if (latency.isZero()) {
            task.run();
        } else {
            Future<?> unused = workers.schedule(task, latency.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }
}
