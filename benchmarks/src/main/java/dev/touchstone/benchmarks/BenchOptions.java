package dev.touchstone.benchmarks;

import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags of every benchmark that measures. */
final class BenchOptions {

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report to a file, as JSON.")
    private @Nullable Path json;

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

    @Option(names = "--tiny", description = "Sizes that end in seconds, to try the command; the figures mean nothing.")
    private boolean tiny;

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
        if (json != null) {
            Path folder = json.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(json)) {
                throw new UserError(
                        "The report cannot be written to " + json + ": choose a file in a folder that exists.");
            }
        }
        Torch.start(threads);
    }

    int threads() {
        return threads;
    }

    int rounds() {
        return rounds;
    }

    boolean tiny() {
        return tiny;
    }

    /** Prints a report, and writes it where the user wants it. */
    void end(Report report) {
        System.out.print(report.table());
        if (json != null) {
            ReportFile.write(json, report.json());
        }
    }
}
