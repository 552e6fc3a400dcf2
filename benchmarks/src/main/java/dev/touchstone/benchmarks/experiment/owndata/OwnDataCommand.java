package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Progress;
import dev.touchstone.benchmarks.experiment.ResultFile;
import dev.touchstone.benchmarks.experiment.RunOptions;
import dev.touchstone.benchmarks.experiment.Workers;
import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What critiques make of pairs of one's own. */
@Command(
        name = "own-data",
        mixinStandardHelpOptions = true,
        description = {
            "The arms of data-efficiency on your own pairs: small models, cross-validated by prompt, with intervals over prompts.",
            "--data takes JSON with prompt, chosen, rejected and, if there are any, chosenCritique and rejectedCritique; GSM8K"
                    + " model solutions (a critic that knows the answer is made up); rows of LLMBar (no critic).",
            "--from-topics takes the critiqued pairs of your stream. What was run is kept, and not run again."
        })
public final class OwnDataCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files of pairs; each is a data set of its own.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--from-topics",
            description = "Pairs and critiques of the topic of critiqued pairs, up to its present end.")
    private boolean fromTopics;

    @Option(
            names = "--most",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Of a topic with more pairs take a sample of so many (default: ${DEFAULT-VALUE}).")
    private int most;

    @Option(names = "--so-far", description = "Run nothing, and report the seeds that are complete.")
    private boolean soFar;

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (files.isEmpty() != fromTopics) {
            throw new UserError("Say where the pairs are: either --data FILE or --from-topics.");
        }
        if (most < 1) {
            throw new UserError("--most must be at least 1.");
        }
        Workers workers = options.workers();
        List<OwnData> sets = new ArrayList<>();
        if (fromTopics) {
            sets.add(TopicPairs.read(cluster.settings(System.getenv()), cluster.topics(), most));
        }
        for (Path file : files) {
            sets.add(DataFile.read(file));
        }
        Torch.start(1);
        for (OwnData data : sets) {
            run(data, workers);
        }
        return 0;
    }

    private void run(OwnData data, Workers workers) throws IOException, InterruptedException {
        OwnDesign usual = options.choose(OwnDesign.tiny(), OwnDesign.quick(), OwnDesign.full());
        OwnDesign design = usual.withSeeds(options.seeds().orElse(usual.seeds()));
        OwnLaboratory laboratory = new OwnLaboratory(data, design);
        Path folder = options.out()
                .resolve(options.folder("own-data-" + data.name() + "-" + options.choose("tiny", "quick", "full")));
        Files.createDirectories(folder);
        OwnExperiment experiment = new OwnExperiment(
                laboratory,
                design,
                new ResultFile(folder.resolve("results.jsonl"), TrainingConfig.defaults(0)),
                new Outcomes(folder.resolve("outcomes.jsonl")));
        if (!soFar) {
            run(experiment, workers, data.name());
        } else if (experiment.completeSeeds().isEmpty()) {
            throw new UserError("No seed is complete in " + folder + " yet: leave out --so-far to go on.");
        }
        OwnFindings findings = new OwnFindings(experiment);
        Path report = RunOptions.write(folder, findings.json(), OwnReport.page(findings, about()));
        PrintWriter print = spec.commandLine().getOut();
        print.print(findings.text());
        print.println("Results in " + folder + ", report in " + report + ".");
        print.println();
        print.flush();
    }

    private String about() {
        String source = fromTopics ? " --from-topics --most " + most : " --data " + files;
        return options.about("./touchstone experiment own-data" + source, Clock.systemUTC()) + ".";
    }

    private void run(OwnExperiment experiment, Workers workers, String name) throws IOException, InterruptedException {
        try (Progress progress =
                new Progress(experiment.steps(), spec.commandLine().getErr(), Clock.systemUTC())) {
            experiment.run(workers, (result, known) -> progress.add(result, known, name + ", " + result.label()));
        }
    }
}
