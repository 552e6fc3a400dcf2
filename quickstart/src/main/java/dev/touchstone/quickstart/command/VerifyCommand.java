package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.verify.Stage;
import dev.touchstone.testkit.verify.Verdict;
import dev.touchstone.testkit.verify.Verifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The independent check of the guarantees on a cluster. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the topics from the beginning and checks that every completion came out once, every pair once or as one"
                    + " dead letter, that along the lineage of every model each critiqued pair was taken once, that every"
                    + " critiqued completion has one reward, and that dead letters hold the original bytes. It shares no code with the services.",
            "Exits with 0 if everything holds, else 1. Problems are named by ids and positions, never by texts."
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "While something is missing read on, at most for so long (default: ${DEFAULT-VALUE}).")
    private int wait;

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            split = ",",
            description = "Judge only this part of the stream: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Stage> stages = EnumSet.allOf(Stage.class);

    @Option(names = "--json", paramLabel = "FILE", description = "Write the verdict to a file, as JSON.")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    VerifyCommand() {}

    @Override
    public Integer call() {
        if (wait < 0) {
            throw new UserError("--wait is a number of seconds and must not be negative.");
        }
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicCatalogue topics = cluster.topics();
        TopicsCommand.requireAll(settings, topics);
        Verdict verdict;
        try (ProgressDisplay progress = new ProgressDisplay(
                "verify", -1, ProgressDisplay.onTerminal(), spec.commandLine().getErr(), Clock.systemUTC())) {
            verdict = new Verifier(settings, topics, PATIENCE, stages)
                    .verify(
                            Duration.ofSeconds(wait),
                            (done, total) -> progress.show(done, done + " of " + total + " offsets read"));
        }
        print(verdict);
        if (json != null) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("name", "verify");
            report.putAll(verdict.report());
            ReportFile.write(json, report);
        }
        return verdict.holds() ? 0 : 1;
    }

    private static void print(Verdict verdict) {
        verdict.read().forEach((topic, number) -> {
            System.out.printf("%-28s %12d%n", topic, number);
            verdict.counts()
                    .getOrDefault(topic, Map.of())
                    .forEach((what, count) -> System.out.printf("  %-26s %12d%n", what, count));
        });
        verdict.notJudged().forEach((why, number) -> System.out.println("Not judged: " + number + " " + why + "."));
        verdict.broken().forEach((problem, number) -> {
            System.out.println(problem + ": " + number);
            verdict.examples().getOrDefault(problem, List.of()).forEach(where -> System.out.println("  " + where));
        });
        System.out.println(verdict.holds() ? "Everything holds." : "Not everything holds.");
    }
}
