package dev.touchstone.benchmarks.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How many plain pairs a critiqued one is worth. */
@Command(
        name = "data-efficiency",
        mixinStandardHelpOptions = true,
        description =
                "How many plain pairs a critiqued one is worth, and whether it is the critique that helps. What was run"
                        + " is kept, and not run again.")
public final class DataEfficiencyCommand implements Callable<Integer> {
    @Option(names = "--quick", description = "Minutes instead of hours: fewer pairs, seeds and critics.")
    private boolean quick;

    @Option(names = "--tiny", description = "Seconds, to try the command; the figures mean nothing.")
    private boolean tiny;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = ".touchstone/experiments",
            description = "Where results are kept (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("");

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "96",
            description = "Keys of the table of values; that of forms has a quarter (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "2",
            description = "Models that are trained at a time, one core each (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keys < 32 || keys > 1_000 || threads < 1) {
            throw new UserError("--keys must be from 32 to 1,000, --threads at least 1.");
        }
        Torch.start(1);
        TaskSettings settings = new TaskSettings(keys, keys / 4, 0.6, 0.05);
        DataEfficiency.Design design = tiny
                ? DataEfficiency.Design.tiny()
                : quick ? DataEfficiency.Design.quick() : DataEfficiency.Design.full();
        Laboratory laboratory = new Laboratory(
                settings,
                tiny
                        ? new Laboratory.Scale(50, 50, 4)
                        : new Laboratory.Scale(quick ? 500 : 1_000, quick ? 1_000 : 3_000, quick ? 800 : 4_000));
        Path folder = out.resolve("data-efficiency-" + (tiny ? "tiny" : quick ? "quick" : "full") + "-" + keys);
        Files.createDirectories(folder);
        DataEfficiency experiment =
                new DataEfficiency(laboratory, new ResultFile(folder.resolve("results.jsonl")), design);
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressDisplay display = new ProgressDisplay(
                "steps", experiment.steps(), ProgressDisplay.onTerminal(), err, Clock.systemUTC())) {
            Progress progress = new Progress(experiment.steps(), Clock.systemUTC());
            experiment.run(threads, (result, known) -> {
                progress.add(result, known);
                display.show(progress.done(), progress.words() + "; " + result.key());
            });
        }
        Findings findings = new Findings(experiment, laboratory, design);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("findings.json").toFile(), findings.json());
        PrintWriter print = spec.commandLine().getOut();
        print.print(findings.text());
        print.println("Tables of " + keys + " and " + keys / 4 + " keys; results in " + folder + ".");
        print.flush();
        return 0;
    }
}
