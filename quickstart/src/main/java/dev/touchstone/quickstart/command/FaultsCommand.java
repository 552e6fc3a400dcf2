package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.DurationConverter;
import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.faults.Bed;
import dev.touchstone.quickstart.faults.CritiqueFaultRun;
import dev.touchstone.quickstart.faults.FaultPlan;
import dev.touchstone.quickstart.faults.FaultReport;
import dev.touchstone.quickstart.faults.ScorerFaultRun;
import dev.touchstone.quickstart.faults.TrainerFaultRun;
import dev.touchstone.quickstart.stack.DataFolder;
import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.quickstart.stack.StopHook;
import dev.touchstone.schemas.UserError;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kill loops on the real jars. */
@Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a broker, a registry and a packaged service on this machine, kills the service with -9 again and again while"
                    + " it works, and then checks the topics. For critique-stream it also counts the calls to a fake LLM that were"
                    + " made twice. For trainer, half of the kills hit a model that learns while the log grows, half one that"
                    + " learns from the finished log; both are then built again and compared bit by bit. For scorer, two of"
                    + " them share the work while a trainer keeps them exchanging models; then broker and registry are away for"
                    + " a while.",
            "Exits with 0 if every guarantee held, else 1."
        })
public final class FaultsCommand implements Callable<Integer> {
    private static final List<String> SERVICES = List.of("critique-stream", "trainer", "scorer");

    @Option(
            names = "--service",
            paramLabel = "SERVICE",
            defaultValue = "critique-stream",
            description = "What is killed: critique-stream, trainer or scorer (default: ${DEFAULT-VALUE}).")
    private String service = "";

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "10",
            description = "Kills that hit live work (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the moments, of what the LLM does and of what is sent (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--completions",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "critique-stream: completions sent at least; sending goes on until the last kill (default: ${DEFAULT-VALUE}).")
    private int completions;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "critique-stream: pairs sent at least, in this proportion to the completions (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--max-in-flight",
            paramLabel = "C",
            defaultValue = "16",
            description = "critique-stream: calls in flight (default: ${DEFAULT-VALUE}).")
    private int maxInFlight;

    @Option(
            names = "--latency",
            paramLabel = "TIME",
            defaultValue = "500ms",
            converter = DurationConverter.class,
            description =
                    "critique-stream: mean latency of the fake LLM, such as 300ms or 2s (default: ${DEFAULT-VALUE}).")
    private Duration latency = Duration.ZERO;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "critique-stream: records sent per second at most (default: as many as keep work in hand).")
    private double rate;

    @Option(
            names = "--outage",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "scorer: how long the broker is away, and then the registry; 0s for not at all (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration outage = Duration.ZERO;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder for data and logs, cleared first (default: .touchstone/faults).")
    private @Nullable Path data;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file, as JSON.")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    FaultsCommand() {}

    @Override
    public Integer call() throws InterruptedException, IOException {
        check();
        if (json != null) {
            ReportFile.write(json, Map.of()); // better now than after all the work
        }
        Path home = ProjectHome.find();
        Path folder = data == null ? home.resolve(".touchstone").resolve("faults") : data.toAbsolutePath();
        List<Integer> ports = Ports.free(3);
        StackPlan place = new StackPlan(home, folder, ports.get(0), ports.get(1), ports.get(2), null);
        PrintWriter err = spec.commandLine().getErr();
        FaultReport report;
        try (Stack stack = Stack.prepare(place, line -> err.println(line));
                StopHook hook = new StopHook(stack::close)) {
            DataFolder.clear(folder);
            report = run(place, stack, err);
        }
        report.ratios().forEach((name, value) -> System.out.printf("%-36s %s%n", name, value));
        report.context().forEach((name, value) -> System.out.printf("  %-34s %s%n", name, value));
        report.failures().forEach(System.out::println);
        System.out.println(
                report.holds()
                        ? "Every guarantee held."
                        : "Not every guarantee held; logs are in " + folder.resolve("logs") + ".");
        if (json != null) {
            ReportFile.write(json, report.report());
        }
        return report.holds() ? 0 : 1;
    }

    private FaultReport run(StackPlan place, Stack stack, PrintWriter err) throws InterruptedException, IOException {
        Bed bed = new Bed(place, stack, Clock.systemUTC(), line -> err.println(line));
        return switch (service) {
            case "trainer" -> new TrainerFaultRun(kills, seed, bed).run();
            case "scorer" -> new ScorerFaultRun(kills, seed, outage, bed).run();
            default ->
                new CritiqueFaultRun(new FaultPlan(kills, seed, completions, pairs, maxInFlight, latency, rate), bed)
                        .run();
        };
    }

    private void check() {
        if (!SERVICES.contains(service)) {
            throw new UserError(
                    "There are no faults for '" + service + "': choose one of " + String.join(", ", SERVICES) + ".");
        }
        if (service.equals("trainer") && kills < 2) {
            throw new UserError("--kills must be at least 2 for the trainer: there are two models.");
        }
        if (kills < 1 || maxInFlight < 1) {
            throw new UserError("--kills and --max-in-flight must be at least 1.");
        }
        if (pairs < 0 || completions < 0 || pairs + completions < 1 || !(rate >= 0)) {
            throw new UserError("--pairs, --completions and --rate must not be negative, and something must be sent.");
        }
        if (latency.toMillis() < 10 || latency.toMillis() > 15_000) {
            // An attempt of the service may take 30 s; the longest answer takes one and a half of the mean.
            throw new UserError("--latency must be between 10ms and 15s.");
        }
    }
}
