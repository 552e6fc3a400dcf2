package dev.touchstone.benchmarks.experiment;

import picocli.CommandLine.Command;

/** Whether critiques help where the better side is shorter and rude. */
@Command(
        name = "hard-slice",
        description =
                "Whether critiques help where the better side is shorter and rude. What was run is kept, and not run again.")
public final class HardSliceCommand extends SyntheticCommand {
    /** For the command line. */
    public HardSliceCommand() {
        super(Experiment.HARD_SLICE);
    }
}
