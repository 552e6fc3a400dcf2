package dev.touchstone.producers.simulate;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.producers.feed.Feed;
import dev.touchstone.producers.feed.Rejection;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code simulate}: verifiable pairs and completions into Kafka. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Sends pairs and completions of verifiable tasks to Kafka, the same for the same seed.")
public final class SimulateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KafkaOptions kafka;

    @Option(names = "--pairs", defaultValue = "1000", description = "Number of pairs (default: 1000).")
    private long pairs;

    @Option(names = "--completions", defaultValue = "200", description = "Number of completions (default: 200).")
    private long completions;

    @Option(names = "--seed", defaultValue = "1", description = "Seed (default: 1).")
    private long seed;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            defaultValue = "0",
            description = "Records per second, both kinds together; 0 for as fast as it goes (default: 0).")
    private double rate;

    @Option(
            names = "--flip",
            defaultValue = "0.1",
            description = "Share of labels turned round, 0 to 1 (default: 0.1).")
    private double flip;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures of the summary to a file.")
    private @Nullable Path json;

    /** Made by picocli, which fills in the fields. */
    @SuppressWarnings("NullAway.Init")
    public SimulateCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (pairs < 0 || completions < 0 || pairs + completions < 1) {
            throw new UserError("There is nothing to send: set --pairs or --completions to at least 1.");
        }
        if (!(flip >= 0 && flip <= 1)) {
            throw new UserError("--flip " + flip + " is not a share: give one from 0 to 1.");
        }
        if (!(rate >= 0 && Double.isFinite(rate))) {
            throw new UserError("--rate " + rate + " is not a rate: give records per second, or 0 for no limit.");
        }
        Clock clock = Clock.systemUTC();
        Instant begin = clock.instant();
        try (Feed feed = Feed.open(
                        kafka.sending(System.getenv()),
                        kafka.topics(),
                        Feed.DEFAULT_MAX_BYTES,
                        Feed.DEFAULT_PATIENCE,
                        clock,
                        count -> {});
                ProgressDisplay display = new ProgressDisplay(
                        "simulate",
                        pairs + completions,
                        ProgressDisplay.onTerminal(),
                        spec.commandLine().getErr(),
                        clock)) {
            send(feed, display);
            feed.flush();
        }
        report(Duration.between(begin, clock.instant()));
        return 0;
    }

    /** Both streams, interleaved so that they end together. */
    private void send(Feed feed, ProgressDisplay display) throws InterruptedException {
        Simulator simulator = new Simulator(seed, flip);
        Iterator<PreferencePair> pairStream = simulator.pairs().iterator();
        Iterator<Completion> completionStream = simulator.completions().iterator();
        long total = pairs + completions;
        long pairsSent = 0;
        long start = System.nanoTime();
        for (long sent = 0; sent < total; sent++) {
            pace(start, sent);
            boolean pair = pairsSent * total < (sent + 1) * pairs;
            refuse(pair ? feed.send(pairStream.next()) : feed.send(completionStream.next()));
            pairsSent += pair ? 1 : 0;
            display.show(sent + 1, (sent + 1) + " of " + total + " sent");
        }
    }

    private void pace(long start, long sent) throws InterruptedException {
        if (rate > 0) {
            long due = start + (long) (sent / rate * TimeUnit.SECONDS.toNanos(1));
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        }
    }

    private static void refuse(Optional<Rejection> rejection) {
        rejection.ifPresent(reason -> {
            throw new IllegalStateException("The simulator made a record that breaks a rule: " + reason.sentence());
        });
    }

    private void report(Duration time) {
        double seconds = Math.max(0.001, time.toMillis() / 1e3);
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%d pairs and %d completions sent in %.1f s (%.0f/s), seed %d, %.0f %% of labels turned round.",
                        pairs,
                        completions,
                        seconds,
                        (pairs + completions) / seconds,
                        seed,
                        100 * flip));
        spec.commandLine().getOut().flush();
        if (json != null) {
            ReportFile.write(
                    json,
                    Map.of("pairs", pairs, "completions", completions, "seed", seed, "flip", flip, "seconds", seconds));
        }
    }
}
