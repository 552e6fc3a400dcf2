package dev.touchstone.producers.cli;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Refusal;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** How a command line answers wrong use: one sentence to standard error, exit code 2, and so for brokers that refuse. Any other fault is thrown on. */
public final class OneSentence implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private OneSentence() {}

    /** Installs it on a command line and all its subcommands. */
    public static CommandLine on(CommandLine commandLine) {
        OneSentence handler = new OneSentence();
        return commandLine.setExecutionExceptionHandler(handler).setParameterExceptionHandler(handler);
    }

    @Override
    public int handleExecutionException(Exception error, CommandLine commandLine, ParseResult result) throws Exception {
        if (error instanceof UserError) {
            commandLine.getErr().println(error.getMessage());
            commandLine.getErr().flush();
            return UserError.EXIT_CODE;
        }
        Optional<UserError> refusal = Refusal.of(error);
        if (refusal.isPresent()) {
            return handleExecutionException(refusal.get(), commandLine, result);
        }
        throw error;
    }

    @Override
    public int handleParseException(ParameterException error, String[] arguments) {
        CommandLine commandLine = error.getCommandLine();
        String message = String.valueOf(error.getMessage()).replaceFirst("\\.?$", "");
        commandLine
                .getErr()
                .println(message + ": see " + commandLine.getCommandSpec().qualifiedName() + " --help.");
        commandLine.getErr().flush();
        return UserError.EXIT_CODE;
    }
}
