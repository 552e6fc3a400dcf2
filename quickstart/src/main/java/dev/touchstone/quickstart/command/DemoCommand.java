package dev.touchstone.quickstart.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.quickstart.demo.Demo;
import dev.touchstone.quickstart.demo.SummaryTable;
import dev.touchstone.quickstart.stack.DataFolder;
import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.quickstart.stack.StopHook;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The finite demonstration, with a summary. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the whole system on this machine, streams simulated pairs and completions through it, prints a summary"
                    + " and stops.",
            "Exits with 0 if every pair was learnt from or kept aside and every completion got its one reward, else 1."
        })
public final class DemoCommand implements Callable<Integer> {
    @Mixin
    private StackOptions stackOptions = new StackOptions();

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Preference pairs (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--completions",
            paramLabel = "N",
            defaultValue = "400",
            description = "Completions that want a reward (default: ${DEFAULT-VALUE}).")
    private int completions;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the simulated data (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--summary", paramLabel = "FILE", description = "Write the figures to a file, as JSON.")
    private @Nullable Path summary;

    @Override
    public Integer call() throws InterruptedException {
        if (pairs < 1 || completions < 0) {
            throw new UserError("A demo needs at least one pair and no negative number of completions.");
        }
        if (summary != null && !isWritable(summary.toAbsolutePath())) {
            throw new UserError(
                    "The summary cannot be written to " + summary + ": choose a file in a folder that exists.");
        }
        StackPlan plan = stackOptions.plan("demo", null);
        Demo.Outcome outcome;
        try (Stack stack = Stack.prepare(plan, line -> System.err.println(line));
                StopHook hook = new StopHook(stack::close)) {
            DataFolder.clear(plan.data());
            outcome = new Demo(plan, stack).run(pairs, completions, seed);
        }
        System.out.print(SummaryTable.of(outcome.figures()));
        write(outcome);
        if (!outcome.complete()) {
            System.err.println("Not everything went through; the logs are in "
                    + plan.data().resolve("logs") + ".");
            return 1;
        }
        return 0;
    }

    private void write(Demo.Outcome outcome) {
        if (summary == null) {
            return;
        }
        try {
            Files.writeString(
                    summary,
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(outcome.figures()) + "\n");
        } catch (IOException e) {
            throw new UserError("The summary cannot be written to " + summary + ".", e);
        }
    }

    private static boolean isWritable(Path file) {
        Path folder = file.getParent();
        return folder != null && Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(file);
    }
}
