package dev.touchstone.quickstart.command;

import dev.touchstone.quickstart.stack.JvmFlags;
import dev.touchstone.quickstart.stack.NativeMemory;
import dev.touchstone.schemas.UserError;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                JvmFlags.SMALL_HTTP_BUFFERS,
                "-jar",
                jar().toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(NativeMemory.environment());
        Process process = builder.start();
        // Whoever ends the launcher means the benchmark.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop"));
        return process.waitFor();
    }

    private static Path jar() throws IOException {
        Path target = ProjectHome.find().resolve("benchmarks/target");
        if (Files.isDirectory(target)) {
            try (var jars = Files.newDirectoryStream(target, "benchmarks-[0-9]*.jar")) {
                for (Path jar : jars) {
                    return jar;
                }
            }
        }
        throw new UserError("The benchmarks are not built: run mvn -DskipTests package.");
    }
}
