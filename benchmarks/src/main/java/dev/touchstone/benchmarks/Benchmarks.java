package dev.touchstone.benchmarks;

import dev.touchstone.producers.cli.OneSentence;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command of the benchmarks. Exit codes: 0 it was measured, 2 it was used wrongly. */
@Command(
        name = "./touchstone bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description =
                "Measures the training step, the scorer, the trainer and the critique stream beside what others would use.",
        subcommands = {
            TrainStepCommand.class,
            ScoreCommand.class,
            ScorerHttpCommand.class,
            ScorerTopicCommand.class,
            TrainerCommand.class,
            CritiqueCommand.class,
            ArchiveCommand.class,
            ExperimentCommand.class
        })
public final class Benchmarks {
    private Benchmarks() {}

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return OneSentence.on(new CommandLine(new Benchmarks()));
    }
}
