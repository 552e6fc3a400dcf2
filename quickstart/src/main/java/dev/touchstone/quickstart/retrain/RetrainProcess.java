package dev.touchstone.quickstart.retrain;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.quickstart.stack.StopHook;
import dev.touchstone.quickstart.stack.TrainerJvm;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Builds a model again from the log, in a process of its own with the trainer's classes, which the launcher does not have.
 *
 * @param home the checkout that holds the built trainer
 * @param settings how to reach the brokers and the registry
 * @param topicPrefix what the names of topics begin with
 * @param model the model
 */
public record RetrainProcess(Path home, KafkaSettings settings, String topicPrefix, String model) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Hears what the process says. */
    public interface Listener {
        /**
         * How far it is.
         *
         * @param done offsets passed
         * @param total offsets there are
         * @param trained pairs trained on
         */
        void at(long done, long total, long trained);

        /** A line for people. */
        void line(String text);
    }

    /**
     * What came of it.
     *
     * @param exitCode 0; 1 if the model that came out is not the live one, or none came out; 2 for wrong use
     * @param figures by name; empty if none came out
     */
    public record Result(int exitCode, Map<String, Object> figures) {
        /** Whether the live version came out, bit by bit. */
        public boolean equalsLive() {
            return Boolean.TRUE.equals(figures.get("equalsLive"));
        }

        /** Whether every micro-batch of the ledger was followed. */
        public boolean wholeLedger() {
            return Boolean.TRUE.equals(figures.get("wholeLedger"));
        }
    }

    /**
     * Runs it to its end; it ends with this process as well.
     *
     * @param until up to where the log is read, as the trainer's process takes it; empty for its end
     * @param fromScratch whether the ledger is left aside
     * @param folder for the checkpoint
     * @throws UserError if the trainer is not built
     */
    public Result run(String until, boolean fromScratch, Path folder, Listener listener)
            throws IOException, InterruptedException {
        ProcessBuilder builder = TrainerJvm.builder(
                home,
                "dev.touchstone.trainer.shell.RetrainMain",
                List.of(until, Boolean.toString(fromScratch), folder.toString()));
        builder.environment().putAll(environment());
        Process process = builder.start();
        try (StopHook stop = new StopHook(process::destroy)) {
            Map<String, Object> figures = follow(process, listener);
            return new Result(process.waitFor(), figures);
        } finally {
            process.destroy();
        }
    }

    private static Map<String, Object> follow(Process process, Listener listener) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 2);
                if (words[0].equals("at") && words.length == 2) {
                    String[] at = words[1].split(" ");
                    listener.at(Long.parseLong(at[0]), Long.parseLong(at[1]), Long.parseLong(at[2]));
                } else if (words[0].equals("result") && words.length == 2) {
                    figures.putAll(JSON.readValue(words[1], new TypeReference<LinkedHashMap<String, Object>>() {}));
                } else {
                    listener.line(words[0].equals("note") ? words[1] : line);
                }
            }
        }
        return figures;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("TOUCHSTONE_MODEL_ID", model);
        environment.put("TOUCHSTONE_TOPIC_PREFIX", topicPrefix);
        for (String name : List.of("bootstrap.servers", "schema.registry.url")) {
            Object value = settings.client().get(name);
            if (value != null) {
                environment.put("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value.toString());
            }
        }
        return environment;
    }
}
