package dev.touchstone.benchmarks.scorer;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.schemas.v1.Completion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Not thread-safe. Clients that send one text per request to the packaged scorer, beside batches of the same texts without a server. */
public final class ScorerHttpBench {
    private static final int OFFLINE_BATCH = 256;
    private static final String PATH = "/v1/rewards";
    /** The server's code is compiled meanwhile. */
    private static final int WARM_UP_ROUNDS = 3;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(120);

    private final Scale scale;
    private final List<RewardInput> inputs;
    private final List<byte[]> bodies = new ArrayList<>();

    /**
     * How large everything is.
     *
     * @param clients that ask one after another
     * @param texts of a round, each asked for once
     * @param rounds in which either side runs once
     * @param connections that are held at once in the end
     */
    public record Scale(int clients, int texts, int rounds, int connections) {}

    /**
     * What was measured.
     *
     * @param ratios by name
     * @param context what they were computed from
     */
    public record Figures(Map<String, Double> ratios, Map<String, Object> context) {}

    private ScorerHttpBench(Scale scale) throws Exception {
        this.scale = scale;
        List<Completion> completions =
                new Simulator(1, 0).completions().limit(scale.texts()).toList();
        inputs = completions.stream()
                .map(c -> new RewardInput(
                        List.of(new Turn("user", c.getPrompt().get(0).getContent())), c.getCompletion(), null))
                .toList();
        for (RewardInput input : inputs) {
            bodies.add(JSON.writeValueAsBytes(
                    List.of(Map.of("prompt", input.prompt().get(0).content(), "completion", input.completion()))));
        }
    }

    /**
     * Measures.
     *
     * @param progress a display for a task of some size
     * @throws Exception if something cannot be measured
     */
    public static Figures run(Scale scale, BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        return new ScorerHttpBench(scale).run(progress);
    }

    private Figures run(BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        double[] shares = new double[scale.rounds()];
        double offlineMs = 0;
        double httpMs = 0;
        double scorerMs = 0;
        double clientMs = 0;
        List<double[]> latencies = new ArrayList<>();
        Map<String, Object> context = new LinkedHashMap<>();
        try (ScorerServer server = new ScorerServer();
                RewardScorer alone = RewardScorer.load(server.checkpoint());
                LeanClients clients = new LeanClients(server.address(), scale.clients());
                ProgressDisplay display = progress.apply("rounds", (long) scale.rounds() + 1)) {
            List<byte[]> requests = bodies.stream()
                    .map(body -> LeanClients.post(server.address(), PATH, body))
                    .toList();
            offline(alone);
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                clients.ask(requests);
            }
            for (int round = 0; round < scale.rounds(); round++) {
                double without = offline(alone);
                Duration scorerBefore = server.cpu();
                Duration ownBefore = own();
                LeanClients.Round with = clients.ask(requests);
                scorerMs += millis(server.cpu().minus(scorerBefore)) / scale.rounds();
                clientMs += millis(own().minus(ownBefore)) / scale.rounds();
                shares[round] = without / with.millis();
                offlineMs += without / scale.rounds();
                httpMs += with.millis() / scale.rounds();
                latencies.add(with.latencies());
                display.show(round + 1L, String.format("batches %.0f ms, HTTP %.0f ms", without, with.millis()));
            }
            context.put("held", held(server.address()));
        }
        Arrays.sort(shares);
        double[] all =
                latencies.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        context.put("clients", scale.clients());
        context.put("texts", scale.texts());
        context.put("offlineBatch", OFFLINE_BATCH);
        context.put("perSecond", rounded(scale.texts() * 1_000 / httpMs));
        context.put("offlinePerSecond", rounded(scale.texts() * 1_000 / offlineMs));
        context.put("cpuMsOfScorerPerText", rounded(scorerMs / scale.texts()));
        context.put("cpuMsOfClientsPerText", rounded(clientMs / scale.texts()));
        context.put("p50Ms", rounded(all[all.length / 2]));
        context.put("p99Ms", rounded(all[(int) (all.length * 0.99)]));
        return new Figures(Map.of("ofOfflineBatches", rounded(shares[shares.length / 2])), context);
    }

    private double offline(RewardScorer scorer) {
        long begun = System.nanoTime();
        for (int from = 0; from < inputs.size(); from += OFFLINE_BATCH) {
            scorer.scoreInputs(inputs.subList(from, Math.min(inputs.size(), from + OFFLINE_BATCH)));
        }
        return (System.nanoTime() - begun) / 1e6;
    }

    /** All connections ask at once, each for one text. */
    private Map<String, Object> held(URI server) {
        HttpClient client = client();
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < scale.connections(); i++) {
            answers.add(client.sendAsync(request(server, i % bodies.size()), HttpResponse.BodyHandlers.ofString())
                    .handle((response, error) -> error == null && response.statusCode() == 200));
        }
        long good = answers.stream().filter(CompletableFuture::join).count();
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("connections", scale.connections());
        described.put("answered", good);
        described.put("millis", rounded((System.nanoTime() - begun) / 1e6));
        return described;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private HttpRequest request(URI server, int text) {
        return HttpRequest.newBuilder(server.resolve(PATH))
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bodies.get(text)))
                .build();
    }

    private static Duration own() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
