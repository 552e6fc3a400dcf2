package dev.touchstone.benchmarks;

import dev.touchstone.benchmarks.critique.CritiqueBench;
import dev.touchstone.benchmarks.critique.Part;
import dev.touchstone.schemas.UserError;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the critique stream. */
@Command(
        name = "critique",
        mixinStandardHelpOptions = true,
        description =
                "Measures how full the critique stage keeps its slots for calls to an LLM, beside a blocking"
                        + " processor and Confluent's parallel consumer, exactly-once; and the stage's memory, latency and restart.")
final class CritiqueCommand implements Callable<Integer> {

    @Mixin
    private ReportOptions report = new ReportOptions();

    @Option(
            names = "--only",
            paramLabel = "PART",
            split = ",",
            description = "Parts to measure: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Part> only = EnumSet.allOf(Part.class);

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            split = ",",
            defaultValue = "64,256,1024",
            description = "Calls at once that the stage is measured with; the others have the first (default:"
                    + " ${DEFAULT-VALUE}).")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "Calls to count, as a multiple of those that may be in flight: about the seconds that a side runs"
                            + " (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--restore",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Answers in the cache of the stage that is restored; 0 for no restore (default:"
                    + " ${DEFAULT-VALUE}).")
    private int restore;

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || restore < 0 || inFlight.stream().anyMatch(calls -> calls < 1)) {
            throw new UserError("--rounds and --in-flight must be at least 1, and --restore at least 0.");
        }
        report.begin();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(Runtime.getRuntime().availableProcessors()));
        CritiqueBench.Figures figures =
                CritiqueBench.run(only, inFlight, rounds, restore, report.tiny(), Times::progress);
        context.putAll(figures.context());
        context.put("loadAfter", Machine.load());
        report.end(new Report("critique", figures.ratios(), context));
        return 0;
    }
}
