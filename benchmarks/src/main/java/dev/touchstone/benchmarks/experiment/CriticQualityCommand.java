package dev.touchstone.benchmarks.experiment;

import picocli.CommandLine.Command;

/** How accuracy hangs on the error of the critic. */
@Command(
        name = "critic-quality",
        description = "How accuracy hangs on the error of the critic. What was run is kept, and not run again.")
public final class CriticQualityCommand extends SyntheticCommand {
    /** For the command line. */
    public CriticQualityCommand() {
        super(Experiment.CRITIC_QUALITY);
    }
}
