package dev.touchstone.producers.ingest;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code ingest pairs}. */
@Command(
        name = "pairs",
        mixinStandardHelpOptions = true,
        description = {
            "Sends preference pairs: one JSON object a line with prompt, chosen and rejected, each a string or a list of"
                    + " {role, content}; optional id, margin, strength, tie, preference, source."
        })
final class PairsCommand implements Callable<Integer> {
    @Mixin
    private IngestRun run;

    @Option(names = "--prompt-field", defaultValue = "prompt", description = "Field of the prompt.")
    private String prompt;

    @Option(names = "--chosen-field", defaultValue = "chosen", description = "Field of the preferred completion.")
    private String chosen;

    @Option(names = "--rejected-field", defaultValue = "rejected", description = "Field of the other completion.")
    private String rejected;

    @Option(names = "--id-field", defaultValue = "id", description = "Field of the id.")
    private String id;

    @Option(
            names = "--margin-field",
            defaultValue = "margin",
            description = "Field of the margin, a logit of 0 to 100.")
    private String margin;

    @Option(names = "--strength-field", defaultValue = "strength", description = "Field of the strength, 0 to 1.")
    private String strength;

    @Option(names = "--tie-field", defaultValue = "tie", description = "Field that is true for a tie.")
    private String tie;

    @Option(
            names = "--preference-field",
            defaultValue = "preference",
            description = "Field that is chosen, tie or unknown.")
    private String preference;

    @Option(names = "--source-field", defaultValue = "source", description = "Field of the source.")
    private String source;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    PairsCommand() {}

    @Override
    public Integer call() {
        Clock clock = Clock.systemUTC();
        PairReader.Fields fields =
                new PairReader.Fields(prompt, chosen, rejected, id, margin, strength, tie, preference, source);
        return run.run("pairs", clock, from -> new PairReader(fields, from, clock), feed -> feed::send);
    }
}
