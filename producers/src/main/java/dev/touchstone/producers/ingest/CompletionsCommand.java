package dev.touchstone.producers.ingest;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code ingest completions}. */
@Command(
        name = "completions",
        mixinStandardHelpOptions = true,
        description = {
            "Sends completions: one JSON object a line with prompt and completion, each a string or a list of {role,"
                    + " content}; optional id, policyVersion, groupId, source."
        })
final class CompletionsCommand implements Callable<Integer> {
    @Mixin
    private IngestRun run;

    @Option(names = "--prompt-field", defaultValue = "prompt", description = "Field of the prompt.")
    private String prompt;

    @Option(names = "--completion-field", defaultValue = "completion", description = "Field of the completion.")
    private String completion;

    @Option(names = "--id-field", defaultValue = "id", description = "Field of the id.")
    private String id;

    @Option(
            names = "--policy-version-field",
            defaultValue = "policyVersion",
            description = "Field of the version of the policy.")
    private String policyVersion;

    @Option(names = "--group-id-field", defaultValue = "groupId", description = "Field of the group's id.")
    private String groupId;

    @Option(names = "--source-field", defaultValue = "source", description = "Field of the source.")
    private String source;

    @SuppressWarnings("NullAway.Init") // picocli fills in the fields
    CompletionsCommand() {}

    @Override
    public Integer call() {
        Clock clock = Clock.systemUTC();
        CompletionReader.Fields fields =
                new CompletionReader.Fields(prompt, completion, id, policyVersion, groupId, source);
        return run.run("completions", clock, from -> new CompletionReader(fields, from, clock), feed -> feed::send);
    }
}
