package dev.touchstone.benchmarks.experiment;

import picocli.CommandLine.Command;

/** How many plain pairs a critiqued one is worth, and whether it is the critique that helps. */
@Command(
        name = "data-efficiency",
        description =
                "How many plain pairs a critiqued one is worth, and whether it is the critique that helps. What was run is kept, and not run again.")
public final class DataEfficiencyCommand extends SyntheticCommand {
    /** For the command line. */
    public DataEfficiencyCommand() {
        super(Experiment.DATA_EFFICIENCY);
    }
}
