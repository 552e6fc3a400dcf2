package dev.touchstone.quickstart.command;

import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.quickstart.stack.StopHook;
import dev.touchstone.schemas.UserError;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The embedded stack until Ctrl-C; data is kept. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts broker, registry, critic and services on this machine and stays until Ctrl-C; data is kept.",
            "Bring data in with ./touchstone ingest or ./touchstone simulate."
        })
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private StackOptions stackOptions = new StackOptions();

    @Option(
            names = "--critic-url",
            paramLabel = "URL",
            description = "Base address of an OpenAI-compatible LLM, such as https://api.openai.com/v1"
                    + " (default: the rubric critic, a program).")
    private @Nullable String criticUrl;

    @Option(names = "--critic-model", paramLabel = "NAME", description = "Name of the model there.")
    private @Nullable String criticModel;

    @Option(
            names = "--critic-key-env",
            paramLabel = "VARIABLE",
            defaultValue = "TOUCHSTONE_CRITIC_API_KEY",
            description = "Environment variable that holds the key (default: ${DEFAULT-VALUE}).")
    private String keyVariable = "";

    @Override
    public Integer call() throws InterruptedException {
        StackPlan plan = stackOptions.plan("up", critic());
        try (Stack stack = Stack.prepare(plan, line -> System.err.println(line))) {
            try (StopHook hook = new StopHook(() -> {
                System.err.println("Stopping.");
                stack.close();
                // Ctrl-C is how this command is meant to end.
                Runtime.getRuntime().halt(0);
            })) {
                stack.start();
                System.err.println("Ctrl-C stops everything; data stays in " + plan.data() + ".");
                while (true) {
                    stack.throwIfFailed();
                    Thread.sleep(500);
                }
            }
        }
    }

    private StackPlan.@Nullable Critic critic() {
        if (criticUrl == null && criticModel == null) {
            return null;
        }
        if (criticUrl == null || criticModel == null) {
            throw new UserError("A real LLM needs both --critic-url and --critic-model: give the other one too.");
        }
        return new StackPlan.Critic(criticUrl, criticModel, keyVariable);
    }
}
