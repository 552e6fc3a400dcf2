package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures scoring. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        description =
                "Measures scoring in batches of like length beside batches of 32 in the order of arrival, all padded to"
                        + " 256 tokens; lengths are spread evenly over 32 to 256.")
final class ScoreCommand implements Callable<Integer> {

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "FP32",
            description =
                    "Number type of both sides: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, as the scorer has).")
    private Precision precision = Precision.FP32;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N",
            description = "Token budget of a planned batch (default: the scorer's own).")
    private int batchTokens = Compute.cpu().forScoring().batchTokens();

    @Override
    public Integer call() throws IOException {
        if (batchTokens < 1) {
            throw new UserError("--batch-tokens must be at least 1.");
        }
        options.begin(1);
        StepShape shape = options.tiny() ? StepShape.TINY : StepShape.STANDARD;
        int inputs = options.tiny() ? 24 : 512;
        Compute compute = Compute.cpu().with(precision).with(batchTokens, false);
        options.end(new ScoreBench(shape, inputs, compute, options.threads(), options.rounds()).run());
        return 0;
    }
}
