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

/** The module benchmarks as a process of its own; arguments, output and exit code are passed on. */
final class BenchmarksProcess {
    private BenchmarksProcess() {}

    static int run(List<String> arguments) throws IOException, InterruptedException {
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
        // Whoever ends the launcher means what it runs.
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
