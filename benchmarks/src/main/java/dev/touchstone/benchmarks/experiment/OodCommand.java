package dev.touchstone.benchmarks.experiment;

import picocli.CommandLine.Command;

/** Whether critiques help with prompts that were never trained with. */
@Command(
        name = "ood",
        description =
                "Whether critiques help with prompts that were never trained with. What was run is kept, and not run again.")
public final class OodCommand extends SyntheticCommand {
    /** For the command line. */
    public OodCommand() {
        super(Experiment.OOD);
    }
}
