package dev.touchstone.testkit.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Requests for chat completions, over HTTP and as the server logs them. */
final class Chat {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private Chat() {}

    static ObjectNode request(String content) {
        ObjectNode request = JSON.createObjectNode().put("model", "fake-1");
        request.withArray("messages").addObject().put("role", "system").put("content", "Be brief.");
        request.withArray("messages").addObject().put("role", "user").put("content", content);
        return request;
    }

    static HttpResponse<String> ask(FakeLlm llm, String content) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(http(llm, content, Duration.ofMinutes(1)), HttpResponse.BodyHandlers.ofString());
    }

    static CompletableFuture<HttpResponse<String>> askAsync(HttpClient client, FakeLlm llm, String content) {
        return client.sendAsync(http(llm, content, Duration.ofMinutes(2)), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode answer(FakeLlm llm, String content) throws IOException, InterruptedException {
        return JSON.readTree(ask(llm, content).body());
    }

    static HttpRequest http(FakeLlm llm, String content, Duration timeout) {
        return HttpRequest.newBuilder(URI.create(llm.baseUrl() + "/chat/completions"))
                .header("Authorization", "Bearer key")
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofString(request(content).toString()))
                .build();
    }

    /** A call as a script gets it, so long after the start. */
    static FakeLlm.Call call(int number, Duration after, ObjectNode request) {
        byte[] body = request.toString().getBytes(StandardCharsets.UTF_8);
        return new FakeLlm.Call(number, START.plus(after), "", asked(body), body);
    }

    static FakeLlm.Call call(int number) {
        return call(number, Duration.ZERO, request("Call " + number));
    }

    static ChatRequest asked(byte[] body) {
        try {
            return ChatRequest.read(body);
        } catch (ChatRequest.Unreadable e) {
            throw new IllegalArgumentException(e);
        }
    }
}
