package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process with the trainer's classes, which the launcher does not have, for a main class beside the service's own. */
public final class TrainerJvm {
    private TrainerJvm() {}

    /**
     * How to start it; its errors come out where the launcher's do.
     *
     * @param home the checkout that holds the built trainer
     * @param main the main class
     * @param arguments of that class
     * @throws UserError if the trainer is not built
     */
    public static ProcessBuilder builder(Path home, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                classPath(home),
                main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(NativeMemory.environment());
        return builder;
    }

    private static String classPath(Path home) {
        Path app = home.resolve("trainer-consumer/target/quarkus-app");
        if (!Files.isDirectory(app)) {
            throw new UserError("The trainer is not built: run mvn -DskipTests package.");
        }
        return String.join(
                File.pathSeparator,
                app.resolve("app").resolve("*").toString(),
                app.resolve("quarkus").resolve("*").toString(), // the mapping of the configuration is made by the build
                app.resolve("lib/main").resolve("*").toString(),
                app.resolve("lib/boot").resolve("*").toString());
    }
}
