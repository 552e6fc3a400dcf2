package dev.touchstone.benchmarks.experiment;

import picocli.CommandLine.Command;

/** What it costs if the critic changes after training. */
@Command(
        name = "critic-drift",
        description = "What it costs if the critic changes after training. What was run is kept, and not run again.")
public final class CriticDriftCommand extends SyntheticCommand {
    /** For the command line. */
    public CriticDriftCommand() {
        super(Experiment.CRITIC_DRIFT);
    }
}
