package dev.touchstone.benchmarks;

import dev.touchstone.benchmarks.trainer.TrainerBench;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the trainer. */
@Command(
        name = "trainer",
        mixinStandardHelpOptions = true,
        description =
                "Measures the trainer on a real broker: how much of its time are the model's own steps, and its lag"
                        + " under a steady stream at 80 % of its rate.")
final class TrainerCommand implements Callable<Integer> {
    private static final int THREADS = 1;

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Option(
            names = "--batches",
            paramLabel = "N",
            defaultValue = "48",
            description = "Micro-batches of 32 pairs in a round (default: ${DEFAULT-VALUE}).")
    private int batches;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--lag-seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long the lag is watched (default: ${DEFAULT-VALUE}).")
    private int lagSeconds;

    @Override
    public Integer call() throws Exception {
        if (batches < 2 || rounds < 1 || lagSeconds < 1) {
            throw new UserError("--batches must be at least 2, --rounds and --lag-seconds at least 1.");
        }
        report.begin();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(THREADS));
        Torch.start(THREADS);
        TrainerBench.Scale scale =
                report.tiny() ? new TrainerBench.Scale(3, 1, 3) : new TrainerBench.Scale(batches, rounds, lagSeconds);
        TrainerBench.Figures figures = TrainerBench.run(scale, Times::progress);
        context.putAll(figures.context());
        context.put("loadAfter", Machine.load());
        report.end(new Report("trainer", figures.ratios(), context));
        return 0;
    }
}
