package dev.touchstone.quickstart.command;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.stack.NativeMemory;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOG = "critiqued-pairs";

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
        ProcessBuilder builder = new ProcessBuilder(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-cp",
                classPath(home),
                "dev.touchstone.trainer.shell.RetrainMain",
                until,
                Boolean.toString(fromScratch),
                folder.toString()));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(NativeMemory.environment());
        builder.environment().putAll(environment(settings));
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop"));
        Map<String, Object> result = follow(process);
        int exitCode = process.waitFor();
        if (!result.isEmpty()) {
            result.forEach((name, value) -> System.out.printf("%-26s %s%n", name, value));
            System.out.println(verdict(result));
            if (json != null) {
                ReportFile.write(json, Map.of("name", "retrain", "context", result));
            }
        }
        return exitCode;
    }

    private Map<String, Object> follow(Process process) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                ProgressDisplay progress = new ProgressDisplay(
                        "retrain",
                        -1,
                        ProgressDisplay.onTerminal(),
                        spec.commandLine().getErr(),
                        Clock.systemUTC())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 2);
                if (words[0].equals("at") && words.length == 2) {
                    String[] at = words[1].split(" ");
                    progress.show(
                            Long.parseLong(at[0]), at[0] + " of " + at[1] + " offsets, " + at[2] + " pairs trained on");
                } else if (words[0].equals("result") && words.length == 2) {
                    result.putAll(JSON.readValue(words[1], new TypeReference<LinkedHashMap<String, Object>>() {}));
                } else {
                    spec.commandLine().getErr().println(words[0].equals("note") ? words[1] : line);
                }
            }
        }
        return result;
    }

    private static String verdict(Map<String, Object> result) {
        if (Boolean.TRUE.equals(result.get("equalsLive"))) {
            return "It is the live version, bit by bit.";
        }
        return Boolean.TRUE.equals(result.get("wholeLedger"))
                ? "It is not the live version, although the whole ledger was followed."
                : "It is another model than the live version, or there is none.";
    }

    private Map<String, String> environment(KafkaSettings settings) {
        String log = cluster.topics().critiquedPairs().name();
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("TOUCHSTONE_MODEL_ID", model);
        environment.put("TOUCHSTONE_TOPIC_PREFIX", log.substring(0, log.length() - LOG.length()));
        for (String name : List.of("bootstrap.servers", "schema.registry.url")) {
            Object value = settings.client().get(name);
            if (value != null) {
                environment.put("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value.toString());
            }
        }
        return environment;
    }

    private static String classPath(Path home) {
        Path app = home.resolve("trainer-consumer/target/quarkus-app");
        if (!Files.isDirectory(app)) {
            throw new UserError("The trainer is not built: run mvn -DskipTests package.");
        }
        return String.join(
                File.pathSeparator,
                app.resolve("app").resolve("*").toString(),
                app.resolve("quarkus").resolve("*").toString(), // the mapping of the configuration is made by the build
                app.resolve("lib/main").resolve("*").toString(),
                app.resolve("lib/boot").resolve("*").toString());
    }
}
