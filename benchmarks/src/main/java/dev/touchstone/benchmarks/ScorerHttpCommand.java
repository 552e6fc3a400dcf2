package dev.touchstone.benchmarks;

import dev.touchstone.benchmarks.scorer.ScorerHttpBench;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the scorer over HTTP. */
@Command(
        name = "scorer-http",
        mixinStandardHelpOptions = true,
        description =
                "Measures the packaged scorer under clients that send one text per request, beside batches of the same"
                        + " texts without a server.")
final class ScorerHttpCommand implements Callable<Integer> {
    private static final int THREADS = 1;

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "Clients (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--texts",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Texts of a round (default: ${DEFAULT-VALUE}).")
    private int texts;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1024",
            description = "Connections that ask at once in the end (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Override
    public Integer call() throws Exception {
        if (clients < 1 || texts < 1 || rounds < 1 || connections < 1) {
            throw new UserError("--clients, --texts, --rounds and --connections must be at least 1.");
        }
        report.begin();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(THREADS));
        Torch.start(THREADS);
        ScorerHttpBench.Scale scale = report.tiny()
                ? new ScorerHttpBench.Scale(4, 32, 1, 16)
                : new ScorerHttpBench.Scale(clients, texts, rounds, connections);
        ScorerHttpBench.Figures figures = ScorerHttpBench.run(scale, Times::progress);
        context.putAll(figures.context());
        context.put("loadAfter", Machine.load());
        report.end(new Report("scorer-http", figures.ratios(), context));
        return 0;
    }
}
