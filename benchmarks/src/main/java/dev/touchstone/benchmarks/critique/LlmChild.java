package dev.touchstone.benchmarks.critique;

import dev.touchstone.benchmarks.process.ChildProcess;
import dev.touchstone.testkit.llm.Behaviour;
import dev.touchstone.testkit.llm.CallEnd;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.llm.FakeLlm.Call;
import dev.touchstone.testkit.llm.LlmSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A fake LLM in a process of its own. Each of its answers takes the same time; after some number of them it may hang. */
final class LlmChild implements AutoCloseable {
    private static final String FINISHED = "finished";
    private static final String IN_FLIGHT = "in-flight";
    private static final String MOST_IN_FLIGHT = "most-in-flight";
    private static final String LATENCY = "latency";

    private final ChildProcess process;

    private LlmChild(ChildProcess process) {
        this.process = process;
    }

    /** Starts one that answers after so long. */
    static LlmChild start(Path folder, Duration latency) {
        return start(folder, latency, Integer.MAX_VALUE);
    }

    /**
     * Starts one.
     *
     * @param latency of an answer
     * @param answers how many calls are answered; all later ones hang
     */
    static LlmChild start(Path folder, Duration latency, int answers) {
        return new LlmChild(ChildProcess.start(
                LlmChild.class,
                folder.resolve("llm.log"),
                // A thread per connection.
                List.of("-Xmx512m", "-Xss256k"),
                List.of(Long.toString(latency.toMillis()), Integer.toString(answers))));
    }

    URI baseUrl() {
        return URI.create(process.greeting());
    }

    /** Processor time so far, milliseconds. */
    double cpuMs() {
        return process.cpuMs();
    }

    /** Calls that ended so far. */
    int finished() {
        return Integer.parseInt(process.ask(FINISHED));
    }

    /** Calls that are there now. */
    int inFlight() {
        return Integer.parseInt(process.ask(IN_FLIGHT));
    }

    /** The most calls that were there at once. */
    int mostInFlight() {
        return Integer.parseInt(process.ask(MOST_IN_FLIGHT));
    }

    /** Mean milliseconds from the last byte of a request to the last byte of its answer, of all calls but the first. */
    double meanLatencyMs(int skipped) {
        return Double.parseDouble(process.ask(LATENCY + " " + skipped));
    }

    @Override
    public void close() {
        process.close();
    }

    /** The process. */
    public static void main(String[] arguments) throws IOException {
        Duration latency = Duration.ofMillis(Long.parseLong(arguments[0]));
        int answers = Integer.parseInt(arguments[1]);
        Behaviour answer = new Behaviour.Answer(
                FakeLlm.critique("The answer is right, and says why. " + "x".repeat(300)), latency);
        AtomicInteger calls = new AtomicInteger();
        try (FakeLlm llm = FakeLlm.start(
                        call -> calls.getAndIncrement() < answers ? answer : new Behaviour.Hang(),
                        LlmSettings.DEFAULTS.withKeptBodies(0));
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(llm.baseUrl());
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                System.out.println(answer(llm, question.split(" ")));
            }
        }
        System.exit(0);
    }

    private static String answer(FakeLlm llm, String[] question) {
        return switch (question[0]) {
            case FINISHED -> Integer.toString(llm.finishedCount());
            case IN_FLIGHT -> Integer.toString(llm.inFlight());
            case MOST_IN_FLIGHT -> Integer.toString(llm.mostInFlight());
            case LATENCY -> Double.toString(mean(llm.calls(), Integer.parseInt(question[1])));
            default -> throw new IllegalArgumentException(question[0]);
        };
    }

    private static double mean(List<Call> calls, int skipped) {
        return calls.stream()
                        .skip(skipped)
                        .filter(call -> call.end()
                                .filter(end -> end.reason() == CallEnd.Reason.CARRIED_OUT)
                                .isPresent())
                        .mapToLong(call -> Duration.between(
                                        call.arrivedAt(),
                                        call.end().orElseThrow().at())
                                .toNanos())
                        .average()
                        .orElse(Double.NaN)
                / 1e6;
    }
}
