package dev.touchstone.benchmarks;

import dev.touchstone.benchmarks.experiment.CriticDriftCommand;
import dev.touchstone.benchmarks.experiment.CriticQualityCommand;
import dev.touchstone.benchmarks.experiment.DataEfficiencyCommand;
import dev.touchstone.benchmarks.experiment.HardSliceCommand;
import dev.touchstone.benchmarks.experiment.OodCommand;
import dev.touchstone.benchmarks.experiment.owndata.OwnDataCommand;
import picocli.CommandLine.Command;

/** The experiments. */
@Command(
        name = "experiment",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Tests the claim that critiques make preference pairs worth more; docs/experiments.md says how.",
        subcommands = {
            DataEfficiencyCommand.class,
            CriticQualityCommand.class,
            HardSliceCommand.class,
            OodCommand.class,
            CriticDriftCommand.class,
            OwnDataCommand.class
        })
final class ExperimentCommand {}
