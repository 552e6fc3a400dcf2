package dev.touchstone.producers.ingest;

import picocli.CommandLine.Command;

/** The command {@code ingest}: files into Kafka. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "Sends preference pairs or completions from a file of JSON lines to Kafka.",
        subcommands = {PairsCommand.class, CompletionsCommand.class},
        synopsisSubcommandLabel = "(pairs | completions)")
public final class IngestCommand {
    /** Made by picocli. */
    public IngestCommand() {}
}
