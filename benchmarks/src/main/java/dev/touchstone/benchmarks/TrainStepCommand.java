package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the training step. */
@Command(
        name = "train-step",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the training step in bf16 (4.3 million parameters, 32 sequences of 256 tokens) beside the same network"
                    + " in DJL's own operations, and beside its matrix products alone.",
            "With a Python that has torch, transformers, trl and datasets also beside eager PyTorch and TRL's RewardTrainer."
        })
final class TrainStepCommand implements Callable<Integer> {

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "A Python with torch, transformers, trl and datasets, to compare with.")
    private @Nullable Path python;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "400",
            description = "Steps of varying length over which memory must not grow (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Override
    public Integer call() throws IOException, CheckpointException {
        if (steps < 1) {
            throw new UserError("--steps must be at least 1.");
        }
        if (python != null && !Files.isExecutable(python)) {
            throw new UserError("There is no Python at " + python + ": give the path of its program.");
        }
        options.begin(Runtime.getRuntime().availableProcessors());
        StepShape shape = options.tiny() ? StepShape.TINY : StepShape.STANDARD;
        SmallLlama llama = options.tiny() ? SmallLlama.TINY : SmallLlama.STANDARD;
        TrainStepBench bench = new TrainStepBench(shape, llama, options.threads(), options.rounds(), steps);
        options.end(bench.run(python));
        return 0;
    }
}
