package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs one of the experiments on the made-up task; all have the same options. */
@Command(mixinStandardHelpOptions = true)
abstract class SyntheticCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "96",
            description = "Keys of the table of values; that of forms has a quarter (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(names = "--large", description = "A model of four layers of width 256 instead of two of 64: for a GPU.")
    private boolean large;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Where models are trained: cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}; docs/gpu.md).")
    private String device = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Experiment experiment;

    SyntheticCommand(Experiment experiment) {
        this.experiment = experiment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keys < 32 || keys > 1_000) {
            throw new UserError("--keys must be from 32 to 1,000.");
        }
        Workers workers = options.workers();
        Clock clock = Clock.systemUTC();
        Torch.start(1);
        ModelSize size = size();
        Grid usual = options.choose(Grid.tiny(), Grid.quick(), Grid.full());
        Grid grid = usual.withSeeds(options.seeds().orElse(usual.seeds()));
        Laboratory laboratory = new Laboratory(new TaskSettings(keys, keys / 4, 0.6, 0.05), size, grid.scale());
        Path shared = options.out().resolve(grid.name() + "-" + keys + (large ? "-large" : ""));
        Path folder = shared.resolve(options.folder(experiment.title()));
        Files.createDirectories(folder);
        Evidence evidence =
                new Evidence(new ResultFile(shared.resolve("results.jsonl"), TrainingConfig.defaults(0)), grid);
        run(new Runs(laboratory, evidence, experiment), workers, clock);

        Findings findings = Findings.of(experiment, evidence, laboratory);
        String about =
                options.about("./touchstone experiment " + experiment.title() + " --keys " + keys + where(), clock)
                        + "; seeds " + grid.seeds() + "; tables of " + keys + " and " + keys / 4 + " keys.";
        Path report = RunOptions.write(
                folder,
                FindingsText.json(findings),
                ExperimentReport.page(findings, laboratory.ceilings().labels(), about));
        PrintWriter print = spec.commandLine().getOut();
        print.print(FindingsText.text(findings));
        print.println("Tables of " + keys + " and " + keys / 4 + " keys; results in " + shared + ", report in " + report
                + ".");
        print.flush();
        return 0;
    }

    private String where() {
        return (large ? " --large" : "") + (device.equals("cpu") ? "" : " --device " + device);
    }

    private ModelSize size() {
        try {
            Compute compute = new Compute(device, Precision.FP32, Compute.cpu().batchTokens(), false);
            compute.requireDevice();
            return large ? ModelSize.large(compute) : ModelSize.usual(compute);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private void run(Runs runs, Workers workers, Clock clock) throws IOException, InterruptedException {
        try (Progress progress = new Progress(runs.steps(), spec.commandLine().getErr(), clock)) {
            runs.run(workers, (result, known) -> progress.add(result, known, result.key()));
        }
    }
}
