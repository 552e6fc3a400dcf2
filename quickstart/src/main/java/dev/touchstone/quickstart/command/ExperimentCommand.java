package dev.touchstone.quickstart.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs an experiment of the module benchmarks. */
@Command(
        name = "experiment",
        description =
                "Tests what critiques are worth on a task whose truth is known: ./touchstone experiment --help lists the"
                        + " experiments.")
public final class ExperimentCommand implements Callable<Integer> {

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("experiment"));
        all.addAll(arguments);
        return BenchmarksProcess.run(all);
    }
}
