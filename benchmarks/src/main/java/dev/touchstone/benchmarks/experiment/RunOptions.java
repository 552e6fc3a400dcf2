package dev.touchstone.benchmarks.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.benchmarks.Machine;
import dev.touchstone.benchmarks.experiment.report.Page;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long an experiment may take, on how many cores, and where its results go. */
public final class RunOptions {
    @Option(names = "--quick", description = "Minutes instead of hours: fewer seeds and steps, and less of everything.")
    private boolean quick;

    @Option(names = "--tiny", description = "Seconds, to try the command; the figures mean nothing.")
    private boolean tiny;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = ".touchstone/experiments",
            description = "Where results are kept (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("");

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "2",
            description = "Models that are trained at a time, one core each (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seeds",
            paramLabel = "FIRST-LAST",
            description = "Other seeds than from 1 on, such as 6-10; those that were run are kept beside each other.")
    private @Nullable String seeds;

    /** Made by picocli, which fills in the fields. */
    public RunOptions() {}

    /** The one of three that is wanted. */
    public <T> T choose(T tinyOne, T quickOne, T full) {
        return tiny ? tinyOne : quick ? quickOne : full;
    }

    /** Where results are kept. */
    public Path out() {
        return out;
    }

    /**
     * The seeds that are asked for; empty for as many from 1 on as the scale has.
     *
     * @throws UserError if they are no range
     */
    public Optional<SeedRange> seeds() {
        return Optional.ofNullable(seeds).map(SeedRange::parse);
    }

    /** A report's folder for a kind of report: of seeds that were asked for, one of its own. */
    public String folder(String kind) {
        return kind + (seeds == null ? "" : "-seeds-" + seeds);
    }

    /** What does the work. */
    public Workers workers() {
        if (threads < 1) {
            throw new UserError("--threads must be at least 1.");
        }
        return new Workers(threads);
    }

    /**
     * One sentence for the report: how it was run, when, and where.
     *
     * @param command as it was typed, without these options
     */
    public String about(String command, Clock clock) {
        Map<String, Object> machine = Machine.describe(threads);
        return command + choose(" --tiny", " --quick", "") + (seeds == null ? "" : " --seeds " + seeds) + " --threads "
                + threads + "; "
                + clock.instant().truncatedTo(ChronoUnit.MINUTES) + "; " + machine.get("processor") + ", "
                + machine.get("cores") + " cores, JDK " + machine.get("jdk");
    }

    /**
     * Writes findings.json and report.html.
     *
     * @return the report
     */
    public static Path write(Path folder, Object findings, Page page) throws IOException {
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("findings.json").toFile(), findings);
        return Files.writeString(folder.resolve("report.html"), page.html());
    }
}
