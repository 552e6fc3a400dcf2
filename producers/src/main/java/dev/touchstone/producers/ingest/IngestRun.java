package dev.touchstone.producers.ingest;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.producers.feed.Feed;
import dev.touchstone.producers.feed.Rejection;
import dev.touchstone.producers.ingest.Ingest.Report;
import dev.touchstone.schemas.UserError;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options that both kinds of ingesting share, and a run by them. */
final class IngestRun {
    private static final String STDIN = "-";
    private static final int SHOWN_REJECTIONS = 10;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private KafkaOptions kafka;

    @Parameters(paramLabel = "FILE", description = "File of JSON lines; - for standard input.")
    private String file;

    @Option(names = "--limit", paramLabel = "N", description = "Stops after N records were sent.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--source",
            description = "Source of records that name none (default: the file's name without its ending, or stdin)."
                    + " Ids that are no UUIDs are told apart by source.")
    private @Nullable String source;

    @Option(
            names = "--max-bytes",
            defaultValue = "" + Feed.DEFAULT_MAX_BYTES,
            paramLabel = "N",
            description = "Largest record, bytes (default: ${DEFAULT-VALUE}).")
    private int maxBytes;

    @Option(names = "--rejects", paramLabel = "FILE", description = "Copies rejected lines to a file, unchanged.")
    private @Nullable Path rejects;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures of the summary to a file.")
    private @Nullable Path json;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    IngestRun() {}

    /**
     * Ingests the file.
     *
     * @param things what the records are, in the plural
     * @param readerFor the reader by the source of records that name none
     * @param sender how a feed sends a record
     * @return 0 if a record was sent, 1 if none was
     */
    <T> int run(
            String things,
            Clock clock,
            Function<String, RecordReader<T>> readerFor,
            Function<Feed, Function<T, Optional<Rejection>>> sender) {
        if (limit < 1 || maxBytes < 1) {
            throw new UserError("--limit and --max-bytes must be at least 1.");
        }
        Instant begin = clock.instant();
        try (InputStream in = input();
                OutputStream rejected = rejectsFile();
                Feed feed = Feed.open(
                        kafka.sending(System.getenv()),
                        kafka.topics(),
                        maxBytes,
                        Feed.DEFAULT_PATIENCE,
                        clock,
                        count -> {});
                Console console = new Console(things, inputBytes(), clock)) {
            Report report = new Ingest<>(readerFor.apply(source()), sender.apply(feed), console)
                    .run(in, limit, maxBytes, rejected);
            feed.flush();
            console.close();
            summarise(things, report, Duration.between(begin, clock.instant()));
            return report.accepted() > 0 ? 0 : 1;
        } catch (IOException e) {
            throw new UserError("Reading " + file + " failed: " + e.getMessage() + ".", e);
        }
    }

    private void summarise(String things, Report report, Duration time) {
        double seconds = Math.max(0.001, time.toMillis() / 1e3);
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                Locale.ROOT,
                "%d %s sent in %.1f s (%.0f/s), %d duplicates dropped, %d lines rejected",
                report.accepted(),
                things,
                seconds,
                report.accepted() / seconds,
                report.duplicates(),
                report.rejectedLines()));
        report.rejected().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry ->
                        line.append("; ").append(entry.getKey()).append(": ").append(entry.getValue()));
        PrintWriter out = spec.commandLine().getOut();
        out.println(line.append('.'));
        out.flush();
        if (json != null) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("kind", things);
            figures.put("lines", report.lines());
            figures.put("accepted", report.accepted());
            figures.put("duplicates", report.duplicates());
            figures.put("rejectedLines", report.rejectedLines());
            figures.put("rejected", report.rejected());
            figures.put("seconds", seconds);
            ReportFile.write(json, figures);
        }
    }

    private String source() {
        if (source != null) {
            return source;
        }
        Path name = Path.of(file).getFileName();
        return file.equals(STDIN) || name == null ? "stdin" : name.toString().replaceFirst("\\.[^.]+$", "");
    }

    private InputStream input() throws IOException {
        if (file.equals(STDIN)) {
            return System.in;
        }
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) && !Files.exists(path)) {
            throw new UserError(
                    "There is no file " + file + ": give the path of a file of JSON lines, or - for stdin.");
        }
        if (Files.isDirectory(path) || !Files.isReadable(path)) {
            throw new UserError("The file " + file + " cannot be read: give a file of JSON lines that you may read.");
        }
        return Files.newInputStream(path);
    }

    private long inputBytes() throws IOException {
        return file.equals(STDIN) ? -1 : Files.size(Path.of(file));
    }

    private OutputStream rejectsFile() {
        if (rejects == null) {
            return OutputStream.nullOutputStream();
        }
        try {
            return new BufferedOutputStream(Files.newOutputStream(rejects));
        } catch (IOException e) {
            throw new UserError("The file " + rejects + " cannot be written: choose another with --rejects.", e);
        }
    }

    /** What a person sees while it runs. */
    private final class Console implements Ingest.Watcher, AutoCloseable {
        private final PrintWriter err = spec.commandLine().getErr();
        private final ProgressDisplay display;
        private int shown;

        Console(String things, long bytes, Clock clock) {
            display = new ProgressDisplay("ingest " + things, bytes, ProgressDisplay.onTerminal(), err, clock);
        }

        @Override
        public void rejected(long lineNumber, Rejection rejection) {
            if (shown < SHOWN_REJECTIONS) {
                err.println("line " + lineNumber + ": " + rejection.sentence());
            } else if (shown == SHOWN_REJECTIONS) {
                err.println("Further rejected lines are counted, not shown.");
            }
            shown++;
            err.flush();
        }

        @Override
        public void progress(long bytesRead, long accepted, long rejected) {
            display.show(bytesRead, accepted + " sent, " + rejected + " rejected");
        }

        @Override
        public void close() {
            display.close();
        }
    }
}
