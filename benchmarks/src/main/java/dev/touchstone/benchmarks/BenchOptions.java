package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Flags of every benchmark of the engine. */
final class BenchOptions {

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Native threads of every side (default: the number of cores; 1 for score, as the scorer has).")
    private int threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often each side runs, in turns (default: ${DEFAULT-VALUE}).")
    private int rounds;

    /**
     * Refuses what cannot be measured before anything runs, and starts the engine.
     *
     * @param usualThreads native threads where the user names none
     */
    void begin(int usualThreads) {
        if (threads == 0) {
            threads = usualThreads;
        }
        if (threads < 1 || rounds < 1) {
            throw new UserError("--threads and --rounds must be at least 1.");
        }
        report.begin();
        Torch.start(threads);
    }

    int threads() {
        return threads;
    }

    int rounds() {
        return rounds;
    }

    boolean tiny() {
        return report.tiny();
    }

    /** Prints a report, and writes it where the user wants it. */
    void end(Report figures) {
        report.end(figures);
    }
}
