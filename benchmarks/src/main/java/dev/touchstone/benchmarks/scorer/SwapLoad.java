package dev.touchstone.benchmarks.scorer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. Clients that ask for the same texts again and again and hold every logit of an answer against those of the
 * version that the answer names.
 */
final class SwapLoad implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    /** Batches of other shapes are computed in another order of sums. */
    private static final double SAME = 1e-3;

    private final URI address;
    private final byte[] body;
    private final Map<String, double[]> logits;
    private final Map<String, Long> firstSeen = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger mixed = new AtomicInteger();
    private volatile String expected = "";
    private volatile boolean closed;

    /**
     * Begins to ask.
     *
     * @param server where
     * @param body of each request
     * @param logits of its texts, in their order, by version
     */
    SwapLoad(URI server, byte[] body, Map<String, double[]> logits, int clients) {
        address = server.resolve("/v1/rewards");
        this.body = body;
        this.logits = Map.copyOf(logits);
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(this::ask, "client-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    /** Forgets when versions were seen and waits for an answer by this one next. */
    void expect(String version) {
        expected = version;
        firstSeen.clear();
    }

    /** When the first answer by the expected version came, by the clock of {@link System#nanoTime}; null if none has. */
    @Nullable
    Long seenAt() {
        return firstSeen.get(expected);
    }

    int answers() {
        return answers.get();
    }

    /** Requests that were refused, failed, or answered without a logit. */
    int errors() {
        return errors.get();
    }

    /** Answers with a logit that is not the named version's. */
    int mixed() {
        return mixed.get();
    }

    private void ask() {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        while (!closed) {
            try {
                HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (response.statusCode() == 200) {
                    check(JSON.readTree(response.body()));
                } else {
                    errors.incrementAndGet();
                }
            } catch (IOException e) {
                errors.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            answers.incrementAndGet();
        }
    }

    private void check(JsonNode answer) {
        String version = answer.path("model").path("version").asText();
        double[] wanted = logits.getOrDefault(version, new double[0]);
        JsonNode rewards = answer.path("rewards");
        if (rewards.size() != wanted.length) {
            errors.incrementAndGet();
            return;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!(Math.abs(rewards.path(i).path("logit").asDouble(Double.NaN) - wanted[i]) < SAME)) {
                mixed.incrementAndGet();
                return;
            }
        }
        firstSeen.putIfAbsent(version, System.nanoTime());
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
