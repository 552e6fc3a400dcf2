package dev.touchstone.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Thread-safe. As much of an MLflow server as reports need; it can refuse, and it can hang. */
final class FakeMlflow implements AutoCloseable {
    record Call(String name, JsonNode body, String authorization) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final CountDownLatch released = new CountDownLatch(1);
    volatile boolean refusing;
    volatile boolean hanging;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean experiment;
    private volatile boolean run;

    FakeMlflow() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/base/api/2.0/mlflow/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/base/");
    }

    List<String> names() {
        return calls.stream().map(Call::name).toList();
    }

    List<Call> named(String name) {
        return calls.stream().filter(call -> call.name().equals(name)).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().replace("/base/api/2.0/mlflow/", "");
        byte[] body = exchange.getRequestBody().readAllBytes();
        JsonNode json = body.length == 0
                ? JSON.createObjectNode().put("query", exchange.getRequestURI().getQuery())
                : JSON.readTree(body);
        calls.add(
                new Call(name, json, String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))));
        if (hanging) {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        int status = 200;
        String said = "{}";
        if (refusing) {
            status = 500;
            said = "{\"error_code\": \"INTERNAL_ERROR\"}";
        } else if (name.equals("experiments/get-by-name") && !experiment) {
            status = 404;
            said = "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}";
        } else if (name.equals("experiments/get-by-name")) {
            said = "{\"experiment\": {\"experiment_id\": \"7\"}}";
        } else if (name.equals("experiments/create")) {
            experiment = true;
            said = "{\"experiment_id\": \"7\"}";
        } else if (name.equals("runs/search")) {
            said = run ? "{\"runs\": [{\"info\": {\"run_id\": \"r1\"}}]}" : "{}";
        } else if (name.equals("runs/create")) {
            run = true;
            said = "{\"run\": {\"info\": {\"run_id\": \"r1\"}}}";
        }
        byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
