package dev.touchstone.benchmarks.scorer;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.rubric.RubricCritic;
import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Not thread-safe. The packaged scorer: from topic to topic, while models are exchanged under load, and from start to ready. */
public final class ScorerTopicBench {
    private static final Duration EVERY = Duration.ofMillis(50);
    /** What the scorer may add to two commits. */
    private static final double ALLOWANCE_MS = 20;

    private static final Duration SWAP_LIMIT = Duration.ofSeconds(60);
    private static final int TEXTS = 8;
    private static final int CLIENTS = 4;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Scale scale;
    private final Map<String, Double> ratios = new LinkedHashMap<>();
    private final Map<String, Object> context = new LinkedHashMap<>();

    /**
     * How large everything is.
     *
     * @param completions that are sent at a steady pace; the last three quarters count
     * @param swaps of the model under load
     * @param starts of the process
     */
    public record Scale(int completions, int swaps, int starts) {}

    /**
     * What was measured.
     *
     * @param ratios by name
     * @param context what they were computed from
     */
    public record Figures(Map<String, Double> ratios, Map<String, Object> context) {}

    private ScorerTopicBench(Scale scale) {
        this.scale = scale;
    }

    /**
     * Measures.
     *
     * @param parts what to measure
     * @param progress a display for a task of some size
     * @throws Exception if something cannot be measured
     */
    public static Figures run(Set<Part> parts, Scale scale, BiFunction<String, Long, ProgressDisplay> progress)
            throws Exception {
        ScorerTopicBench bench = new ScorerTopicBench(scale);
        try (ScorerServer server = new ScorerServer()) {
            if (parts.contains(Part.TOPIC)) {
                bench.topic(server, progress);
            }
            if (parts.contains(Part.SWAPS)) {
                bench.swaps(server, progress);
            }
            if (parts.contains(Part.START)) {
                bench.starts(server, progress);
            }
        }
        return new Figures(bench.ratios, bench.context);
    }

    private void topic(ScorerServer server, BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        RubricCritic critic = new RubricCritic(0, 1);
        List<CritiquedCompletion> completions = completions(scale.completions()).stream()
                .map(completion -> TopicLatency.critiqued(critic, completion))
                .toList();
        int warmUp = completions.size() / 4;
        double[] counted;
        double[] forward;
        double commit;
        try (CommitTime commits = new CommitTime(server.kafka());
                ProgressDisplay display = progress.apply("completions", (long) completions.size())) {
            TopicLatency.of(server, completions.subList(0, warmUp), EVERY, n -> display.show(n, ""));
            commits.measure(completions.size() / 8 + 1, EVERY);
            double[] before = scored(server);
            counted = TopicLatency.of(
                    server, completions.subList(warmUp, completions.size()), EVERY, n -> display.show(warmUp + n, ""));
            double[] after = scored(server);
            commits.measure(completions.size() / 8 + 1, EVERY);
            forward = new double[] {after[0] - before[0], after[1] - before[1]};
            commit = commits.medianMs();
        }
        double forwardMs = forward[1] / forward[0] * 1_000;
        Arrays.sort(counted);
        double p50 = counted[counted.length / 2] - forwardMs;
        double p99 = counted[counted.length * 99 / 100] - forwardMs;
        double allowed = 2 * commit + ALLOWANCE_MS;
        ratios.put("beyondForwardP50OfAllowed", rounded(p50 / allowed));
        ratios.put("beyondForwardP99OfAllowed", rounded(p99 / allowed));
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("counted", counted.length);
        described.put("perSecond", 1_000.0 / EVERY.toMillis());
        described.put("batches", forward[0]);
        described.put("forwardPassMs", rounded(forwardMs));
        described.put("beyondForwardP50Ms", rounded(p50));
        described.put("beyondForwardP99Ms", rounded(p99));
        described.put("commitMs", rounded(commit));
        described.put("allowedMs", rounded(allowed));
        context.put("topic", described);
    }

    private void swaps(ScorerServer server, BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        List<Checkpoint.Written> versions = List.of(server.publish(2), server.publish(3));
        List<RewardInput> inputs = completions(TEXTS).stream()
                .map(c -> new RewardInput(
                        List.of(new Turn("user", c.getPrompt().get(0).getContent())), c.getCompletion(), null))
                .toList();
        Map<String, double[]> logits = new LinkedHashMap<>();
        for (Checkpoint.Written version : versions) {
            try (RewardScorer alone = RewardScorer.load(version.folder())) {
                logits.put(version.versionId(), alone.scoreInputs(inputs).logits());
            }
        }
        byte[] body = JSON.writeValueAsBytes(inputs.stream()
                .map(i -> Map.of("prompt", i.prompt().get(0).content(), "completion", i.completion()))
                .toList());
        server.promote(versions.get(0));
        awaitVersion(server, versions.get(0).versionId());
        List<Double> millis = new ArrayList<>();
        try (ProgressDisplay display = progress.apply("swaps", (long) scale.swaps());
                SwapLoad load = new SwapLoad(server.address(), body, logits, CLIENTS)) {
            for (int swap = 1; swap <= scale.swaps(); swap++) {
                Checkpoint.Written next = versions.get(swap % versions.size());
                load.expect(next.versionId());
                long promotedAt = System.nanoTime();
                server.promote(next);
                millis.add((seen(load, promotedAt) - promotedAt) / 1e6);
                display.show(swap, load.answers() + " answers");
            }
            load.close();
            ratios.put("rightAnswers", 1 - (double) (load.errors() + load.mixed()) / load.answers());
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("swaps", millis.size());
            described.put("clients", CLIENTS);
            described.put("answers", load.answers());
            described.put("errors", load.errors());
            described.put("mixed", load.mixed());
            described.put("leastDifferenceOfLogits", leastDifference(logits.values()));
            described.put("promotedToFirstAnswerMs", rounded(median(millis)));
            context.put("swaps", described);
        }
    }

    private void starts(ScorerServer server, BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        List<Double> millis = new ArrayList<>();
        try (ProgressDisplay display = progress.apply("starts", (long) scale.starts())) {
            for (int start = 1; start <= scale.starts(); start++) {
                millis.add(server.restart());
                display.show(start, "");
            }
        }
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("starts", millis.size());
        described.put("startToReadyMs", rounded(median(millis)));
        described.put(
                "longestMs", rounded(millis.stream().mapToDouble(d -> d).max().orElseThrow()));
        context.put("start", described);
    }

    private static List<Completion> completions(int count) {
        return new Simulator(1, 0).completions().limit(count).toList();
    }

    private static long seen(SwapLoad load, long since) throws InterruptedException {
        Long at = load.seenAt();
        while (at == null || at < since) {
            if (System.nanoTime() - since > SWAP_LIMIT.toNanos()) {
                throw new IllegalStateException("The scorer did not take the new version up within " + SWAP_LIMIT);
            }
            Thread.sleep(1);
            at = load.seenAt();
        }
        return at;
    }

    private static void awaitVersion(ScorerServer server, String version) throws Exception {
        long giveUpAt = System.nanoTime() + SWAP_LIMIT.toNanos();
        while (!get(server, "/v1/status").contains(version)) {
            if (System.nanoTime() > giveUpAt) {
                throw new IllegalStateException("The scorer does not serve " + version);
            }
            Thread.sleep(20);
        }
    }

    /** How many batches the scorer has scored, and the seconds that its model took for them. */
    private static double[] scored(ScorerServer server) throws IOException, InterruptedException {
        double[] found = new double[2];
        for (String line : get(server, "/q/metrics").split("\n")) {
            String value = line.substring(line.lastIndexOf(' ') + 1);
            if (line.startsWith("rm_score_seconds_count")) {
                found[0] = Double.parseDouble(value);
            } else if (line.startsWith("rm_score_seconds_sum")) {
                found[1] = Double.parseDouble(value);
            }
        }
        return found;
    }

    private static String get(ScorerServer server, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.address().resolve(path)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static double leastDifference(Iterable<double[]> logits) {
        List<double[]> both = new ArrayList<>();
        logits.forEach(both::add);
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TEXTS; i++) {
            least = Math.min(least, Math.abs(both.get(0)[i] - both.get(1)[i]));
        }
        return least;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
