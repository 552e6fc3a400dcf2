package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.replay.Choice;
import dev.touchstone.quickstart.replay.Moment;
import dev.touchstone.quickstart.replay.Replay;
import dev.touchstone.quickstart.replay.ReplayReport;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends dead letters back into the stream. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Sends dead letters back to the topic and partition they came from, with their original key, value and headers.",
            "Give --reason or --since or both. What was sent back stays among the dead letters and is sent again if it is"
                    + " chosen again; the critique stream drops a record whose id came through meanwhile."
        })
public final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(
            names = "--reason",
            split = ",",
            paramLabel = "REASON",
            description = "Only letters that died of this: one or several of ${COMPLETION-CANDIDATES}.")
    private List<DeadLetterReason> reasons = new ArrayList<>();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Only letters that died then or later: 2026-11-23T10:00:00Z, or how long ago, such as 2h or P1D.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only letters that died before then.")
    private @Nullable String until;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only letters that came from this topic.")
    private @Nullable String topic;

    @Option(names = "--limit", paramLabel = "N", description = "Send at most N back, the oldest first.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--dry-run", description = "Count and send nothing.")
    private boolean dryRun;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the counts to a file, as JSON.")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    ReplayCommand() {}

    @Override
    public Integer call() {
        TopicCatalogue topics = cluster.topics();
        Choice choice = choice(topics, Clock.systemUTC().instant());
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicsCommand.requireAll(settings, topics);
        ReplayReport report;
        try (ProgressDisplay progress = new ProgressDisplay(
                "replay", -1, ProgressDisplay.onTerminal(), spec.commandLine().getErr(), Clock.systemUTC())) {
            report = new Replay(settings, topics)
                    .run(
                            choice,
                            dryRun,
                            (done, total, sent) -> progress.show(
                                    done, done + " of " + total + " dead letters looked at, " + sent + " sent back"));
        }
        print(report);
        if (json != null) {
            ReportFile.write(json, report.report(dryRun));
        }
        return 0;
    }

    private Choice choice(TopicCatalogue topics, Instant now) {
        if (reasons.isEmpty() && since == null) {
            throw new UserError("Which dead letters to send back is not guessed: give --reason or --since, or both.");
        }
        if (limit < 1) {
            throw new UserError("--limit must be at least 1; --dry-run sends nothing.");
        }
        Set<String> sources = new TreeSet<>(Replay.sources(topics));
        if (topic != null && !sources.contains(topic)) {
            throw new UserError(
                    "Nothing is sent back to a topic " + topic + ": choose one of " + String.join(", ", sources) + ".");
        }
        Instant from = since == null ? null : Moment.parse(since, now);
        Instant to = until == null ? null : Moment.parse(until, now);
        if (from != null && to != null && !from.isBefore(to)) {
            throw new UserError("--since must be before --until.");
        }
        return new Choice(Set.copyOf(reasons), from, to, topic, limit);
    }

    private void print(ReplayReport report) {
        report.sent()
                .forEach((name, counts) -> counts.forEach(
                        (reason, number) -> System.out.printf("%-28s %-20s %10d%n", name, reason, number)));
        report.skipped().forEach((why, number) -> System.out.println("Skipped: " + number + " " + why + "."));
        System.out.println(report.total()
                + (dryRun ? " would be sent back." : " sent back.")
                + (report.limited() ? " There are more: this is the limit." : ""));
    }
}
