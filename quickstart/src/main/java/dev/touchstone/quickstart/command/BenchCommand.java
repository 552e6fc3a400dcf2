package dev.touchstone.quickstart.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs a benchmark of the module benchmarks as a process of its own; its arguments, output and exit code are passed on. */
@Command(
        name = "bench",
        description =
                "Measures the training step, the scorer and the critique stream: ./touchstone bench --help lists the"
                        + " benchmarks.")
public final class BenchCommand implements Callable<Integer> {

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return BenchmarksProcess.run(arguments);
    }
}
