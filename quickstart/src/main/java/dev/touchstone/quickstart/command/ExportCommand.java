package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.quickstart.export.PairExport;
import dev.touchstone.quickstart.export.PairExport.Count;
import dev.touchstone.quickstart.export.PairExport.Critiques;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the pairs of the stream to a file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the critiqued pairs that the topic has now as JSON lines, for engines that train from files: conversational"
                    + " preference data, as TRL's reward trainer and ./touchstone ingest pairs take it.",
            "Ties are left out. The file appears when it is whole."
        })
public final class ExportCommand implements Callable<Integer> {
    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Parameters(paramLabel = "FILE", description = "The file to write; it must not be there yet.")
    private Path file;

    @Option(
            names = "--critiques",
            paramLabel = "HOW",
            defaultValue = "none",
            description = {
                "none leaves them out, fields puts them beside (chosenCritique, rejectedCritique), turn makes them the last turn"
                        + " of each side, as a model of Llama's kind reads them (default: none)."
            })
    private Critiques critiques;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    ExportCommand() {}

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw new UserError(file + " is there already: name another file, or delete it.");
        }
        TopicCatalogue topics = cluster.topics();
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicsCommand.requireAll(settings, topics);
        PrintWriter err = spec.commandLine().getErr();
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Count count;
        try (Writer out = Files.newBufferedWriter(part);
                ProgressDisplay progress =
                        new ProgressDisplay("export", -1, ProgressDisplay.onTerminal(), err, Clock.systemUTC())) {
            count = new PairExport(settings, topics.critiquedPairs().name(), critiques)
                    .run(
                            out,
                            (done, total, written) -> progress.show(
                                    done, done + " of " + total + " records read, " + written + " pairs written"));
        } catch (FileSystemException e) {
            throw new UserError(
                    file + " cannot be written: name a file in a folder that is there and can be written to.", e);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        PrintWriter out = spec.commandLine().getOut();
        out.println(count.pairs() + " pairs in " + file + "; " + count.ties() + " ties and " + count.unreadable()
                + " records that cannot be read were left out.");
        out.println("A model that is trained on them elsewhere goes on from there with TOUCHSTONE_BEGIN_FROM="
                + count.end());
        return 0;
    }
}
