package dev.touchstone.benchmarks;

import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.schemas.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags of every benchmark: how large, and where the report goes. */
final class ReportOptions {

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report to a file, as JSON.")
    private @Nullable Path json;

    @Option(names = "--tiny", description = "Sizes that end in seconds, to try the command; the figures mean nothing.")
    private boolean tiny;

    /** Refuses a file that cannot be written, before anything runs. */
    void begin() {
        if (json != null) {
            Path folder = json.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(json)) {
                throw new UserError(
                        "The report cannot be written to " + json + ": choose a file in a folder that exists.");
            }
        }
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
