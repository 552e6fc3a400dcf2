package dev.touchstone.quickstart;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A command that was run in this process.
 *
 * @param exitCode its exit code
 * @param out what it printed
 * @param err what it complained of
 */
public record CommandRun(int exitCode, String out, String err) {
    /** Runs a command line on a cluster, with topics of a prefix. */
    public static CommandRun on(KafkaSettings cluster, String topicPrefix, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--topic-prefix",
                topicPrefix,
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--registry",
                String.valueOf(cluster.client().get("schema.registry.url"))));
        return of(all);
    }

    /** Runs a command line. */
    public static CommandRun of(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Touchstone.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(arguments.toArray(new String[0]));
        return new CommandRun(code, out.toString(), err.toString());
    }
}
