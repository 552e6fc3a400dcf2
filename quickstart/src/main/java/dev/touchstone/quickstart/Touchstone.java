package dev.touchstone.quickstart;

import dev.touchstone.producers.cli.OneSentence;
import dev.touchstone.producers.ingest.IngestCommand;
import dev.touchstone.producers.rubric.RubricCriticCommand;
import dev.touchstone.producers.simulate.SimulateCommand;
import dev.touchstone.quickstart.command.BenchCommand;
import dev.touchstone.quickstart.command.BrokerCommand;
import dev.touchstone.quickstart.command.DemoCommand;
import dev.touchstone.quickstart.command.ExperimentCommand;
import dev.touchstone.quickstart.command.ExportCommand;
import dev.touchstone.quickstart.command.FaultsCommand;
import dev.touchstone.quickstart.command.ModelsCommand;
import dev.touchstone.quickstart.command.ReplayCommand;
import dev.touchstone.quickstart.command.RetrainCommand;
import dev.touchstone.quickstart.command.RewardsCommand;
import dev.touchstone.quickstart.command.TopicsCommand;
import dev.touchstone.quickstart.command.UpCommand;
import dev.touchstone.quickstart.command.VerifyCommand;
import dev.touchstone.quickstart.command.WorthCommand;
import dev.touchstone.quickstart.stack.PartFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command. Exit codes: 0 it held, 1 it did not, 2 it was used wrongly. */
@Command(
        name = "touchstone",
        mixinStandardHelpOptions = true,
        version = "touchstone 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description = "An online reward model: preference pairs in, critiques by an LLM, rewards out.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            TopicsCommand.class,
            IngestCommand.class,
            SimulateCommand.class,
            RewardsCommand.class,
            RetrainCommand.class,
            WorthCommand.class,
            ModelsCommand.class,
            VerifyCommand.class,
            ReplayCommand.class,
            ExportCommand.class,
            FaultsCommand.class,
            BenchCommand.class,
            ExperimentCommand.class,
            RubricCriticCommand.class,
            BrokerCommand.class
        })
public final class Touchstone {
    private Touchstone() {}

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = OneSentence.on(new CommandLine(new Touchstone()).setCaseInsensitiveEnumValuesAllowed(true));
        CommandLine.IExecutionExceptionHandler sentence = line.getExecutionExceptionHandler();
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (exception instanceof PartFailure failure) {
                command.getErr().println(failure.getMessage());
                return failure.exitCode();
            }
            return sentence.handleExecutionException(exception, command, parsed);
        });
        return line;
    }
}
