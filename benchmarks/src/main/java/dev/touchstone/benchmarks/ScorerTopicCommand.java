package dev.touchstone.benchmarks;

import dev.touchstone.benchmarks.scorer.Part;
import dev.touchstone.benchmarks.scorer.ScorerTopicBench;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the scorer between topics, its swaps of models and its start. */
@Command(
        name = "scorer-topic",
        mixinStandardHelpOptions = true,
        description = "Measures the packaged scorer: from topic to topic beside commits alone, while its model is"
                + " exchanged under load, and from its start until it is ready.")
final class ScorerTopicCommand implements Callable<Integer> {
    private static final int THREADS = 1;

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Option(
            names = "--only",
            paramLabel = "PART",
            split = ",",
            description = "Parts to measure: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Part> only = EnumSet.allOf(Part.class);

    @Option(
            names = "--completions",
            paramLabel = "N",
            defaultValue = "1600",
            description = "Completions, 20 a second (default: ${DEFAULT-VALUE}).")
    private int completions;

    @Option(
            names = "--swaps",
            paramLabel = "N",
            defaultValue = "200",
            description = "Swaps of the model under load (default: ${DEFAULT-VALUE}).")
    private int swaps;

    @Option(
            names = "--starts",
            paramLabel = "N",
            defaultValue = "5",
            description = "Starts; the median counts (default: ${DEFAULT-VALUE}).")
    private int starts;

    @Override
    public Integer call() throws Exception {
        if (completions < 4 || swaps < 1 || starts < 1) {
            throw new UserError("--completions must be at least 4, --swaps and --starts at least 1.");
        }
        report.begin();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(THREADS));
        Torch.start(THREADS);
        ScorerTopicBench.Scale scale = report.tiny()
                ? new ScorerTopicBench.Scale(16, 5, 1)
                : new ScorerTopicBench.Scale(completions, swaps, starts);
        ScorerTopicBench.Figures figures = ScorerTopicBench.run(only, scale, Times::progress);
        context.putAll(figures.context());
        context.put("loadAfter", Machine.load());
        report.end(new Report("scorer-topic", figures.ratios(), context));
        return 0;
    }
}
