package dev.touchstone.benchmarks.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.benchmarks.Machine;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs one of the experiments on the made-up task; all have the same options. */
@Command(mixinStandardHelpOptions = true)
abstract class SyntheticCommand implements Callable<Integer> {
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

    private final Experiment experiment;

    SyntheticCommand(Experiment experiment) {
        this.experiment = experiment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keys < 32 || keys > 1_000 || threads < 1) {
            throw new UserError("--keys must be from 32 to 1,000, --threads at least 1.");
        }
        Clock clock = Clock.systemUTC();
        Torch.start(1);
        Grid grid = tiny ? Grid.tiny() : quick ? Grid.quick() : Grid.full();
        Laboratory laboratory = new Laboratory(new TaskSettings(keys, keys / 4, 0.6, 0.05), grid.scale());
        Path shared = out.resolve(grid.name() + "-" + keys);
        Path folder = shared.resolve(experiment.title());
        Files.createDirectories(folder);
        Evidence evidence =
                new Evidence(new ResultFile(shared.resolve("results.jsonl"), TrainingConfig.defaults(0)), grid);
        run(new Runs(laboratory, evidence, experiment), clock);

        Findings findings = Findings.of(experiment, evidence, laboratory);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("findings.json").toFile(), FindingsText.json(findings));
        Map<String, Object> machine = Machine.describe(threads);
        String command = "./touchstone experiment " + experiment.title() + (tiny ? " --tiny" : quick ? " --quick" : "")
                + " --keys " + keys + " --threads " + threads;
        String about = command + "; " + clock.instant().truncatedTo(ChronoUnit.MINUTES) + "; "
                + machine.get("processor") + ", "
                + machine.get("cores") + " cores, JDK " + machine.get("jdk") + "; seeds 1 to " + grid.seeds()
                + "; tables of " + keys + " and " + keys / 4 + " keys.";
        Path report = folder.resolve("report.html");
        Files.writeString(
                report,
                ExperimentReport.page(findings, laboratory.ceilings().labels(), about)
                        .html());
        PrintWriter print = spec.commandLine().getOut();
        print.print(FindingsText.text(findings));
        print.println("Tables of " + keys + " and " + keys / 4 + " keys; results in " + shared + ", report in " + report
                + ".");
        print.flush();
        return 0;
    }

    private void run(Runs runs, Clock clock) throws IOException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressDisplay display =
                new ProgressDisplay("steps", runs.steps(), ProgressDisplay.onTerminal(), err, clock)) {
            Progress progress = new Progress(runs.steps(), clock);
            runs.run(threads, (result, known) -> {
                progress.add(result, known);
                display.show(progress.done(), progress.words() + "; " + result.key());
            });
        }
    }
}
