package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.retrain.RetrainProcess;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds a model again from the log, in a process of its own with the trainer's classes. */
@Command(
        name = "retrain",
        mixinStandardHelpOptions = true,
        description = {
            "Builds a model from the log of critiqued pairs and publishes nothing. Along the ledger of the model it takes the"
                    + " same micro-batches as the trainer took, so that the same version comes out; beyond it, or with"
                    + " --from-scratch, it cuts the log as a trainer cuts a finished one.",
            "Settings of the trainer (TOUCHSTONE_DEVICE, TOUCHSTONE_NATIVE_THREADS and so on) are taken from the environment;"
                    + " what a model keeps for life is read from its newest checkpoint.",
            "Exits with 0; with 1 if the whole ledger was followed and another model came out, or none did."
        })
public final class RetrainCommand implements Callable<Integer> {
    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(
            names = "--model",
            paramLabel = "ID",
            defaultValue = "default",
            description = "The model (default: ${DEFAULT-VALUE}).")
    private String model = "";

    @Option(
            names = "--until",
            paramLabel = "OFFSET|TIME",
            defaultValue = "",
            description =
                    "Read the log up to an offset of every partition, to partition:offset,..., or to records of a moment"
                            + " such as 2026-11-23T10:00:00Z (default: to its end).")
    private String until = "";

    @Option(names = "--from-scratch", description = "Leave the ledger aside.")
    private boolean fromScratch;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the checkpoint (default: .touchstone/retrained/ID).")
    private @Nullable Path out;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file, as JSON.")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    RetrainCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicsCommand.requireAll(settings, cluster.topics());
        Path home = ProjectHome.find();
        Path folder = out == null ? home.resolve(".touchstone/retrained").resolve(model) : out.toAbsolutePath();
        RetrainProcess.Result result;
        try (ProgressDisplay progress = new ProgressDisplay(
                "retrain", -1, ProgressDisplay.onTerminal(), spec.commandLine().getErr(), Clock.systemUTC())) {
            result = new RetrainProcess(home, settings, cluster.topics().prefix(), model)
                    .run(until, fromScratch, folder, listener(progress));
        }
        if (!result.figures().isEmpty()) {
            result.figures().forEach((name, value) -> System.out.printf("%-26s %s%n", name, value));
            System.out.println(verdict(result));
            if (json != null) {
                ReportFile.write(json, Map.of("name", "retrain", "context", result.figures()));
            }
        }
        return result.exitCode();
    }

    private RetrainProcess.Listener listener(ProgressDisplay progress) {
        return new RetrainProcess.Listener() {
            @Override
            public void at(long done, long total, long trained) {
                progress.show(done, done + " of " + total + " offsets, " + trained + " pairs trained on");
            }

            @Override
            public void line(String text) {
                spec.commandLine().getErr().println(text);
            }
        };
    }

    private static String verdict(RetrainProcess.Result result) {
        if (result.equalsLive()) {
            return "It is the live version, bit by bit.";
        }
        return result.wholeLedger()
                ? "It is not the live version, although the whole ledger was followed."
                : "It is another model than the live version, or there is none.";
    }
}
