package dev.touchstone.producers.rubric;

import dev.touchstone.producers.cli.DurationConverter;
import dev.touchstone.schemas.UserError;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code rubric-critic}: serves until it is interrupted. */
@Command(
        name = "rubric-critic",
        mixinStandardHelpOptions = true,
        description = "Serves a critic that needs no language model, in the shape of the OpenAI API.")
public final class RubricCriticCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; it asks nobody for a key (default: 127.0.0.1).")
    private String host = "127.0.0.1";

    @Option(names = "--port", defaultValue = "8090", description = "Port; 0 for any that is free (default: 8090).")
    private int port;

    @Option(
            names = "--error-rate",
            defaultValue = "0.0",
            description = "Probability that a verdict is turned round, 0 to 1 (default: 0).")
    private double errorRate;

    @Option(
            names = "--latency",
            defaultValue = "20ms",
            converter = DurationConverter.class,
            description = "How long an answer takes, such as 20ms or 1s (default: 20ms).")
    private Duration latency;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of words and errors (default: 1).")
    private long seed;

    @Option(
            names = "--concurrency",
            defaultValue = "0",
            description = "Most answers under way at a time, more get 429; 0 for no limit (default: 0).")
    private int concurrency;

    /** Made by picocli, which fills in the fields. */
    @SuppressWarnings("NullAway.Init")
    public RubricCriticCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (!(errorRate >= 0 && errorRate <= 1)) {
            throw new UserError("The error rate " + errorRate + " is not a probability: give one from 0 to 1.");
        }
        RubricServer.Settings settings = new RubricServer.Settings(host, port, latency, concurrency);
        try (RubricServer server = RubricServer.start(new RubricCritic(errorRate, seed), settings, Clock.systemUTC())) {
            spec.commandLine()
                    .getOut()
                    .println("The rubric critic answers at " + server.baseUrl() + "; Ctrl-C ends it.");
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
