package dev.touchstone.quickstart.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Thread-safe. Takes spans over OTLP/HTTP as a collector would, and keeps the messages as they came: ids of traces are 16 bytes
 * in them, names of services plain text, so neither needs OpenTelemetry's classes to be found.
 */
public final class SpanCollector implements AutoCloseable {
    private static final Set<String> SERVICES = Set.of("producers", "critique-stream", "trainer", "scorer");

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    /** Listens on a free port of loopback. */
    public SpanCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    /** What makes every service send its spans here, and soon. */
    public Map<String, String> environment() {
        return Map.of(
                "TOUCHSTONE_TRACING",
                "otlp",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY",
                "200");
    }

    /** The services that sent spans of a trace, or spans that link to it. */
    public Set<String> servicesOf(String traceId) {
        String bytes = new String(HexFormat.of().parseHex(traceId), StandardCharsets.ISO_8859_1);
        return messages.stream()
                .filter(message -> message.contains(bytes))
                .flatMap(message -> SERVICES.stream().filter(message::contains))
                .collect(Collectors.toSet());
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            messages.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
