package dev.touchstone.quickstart.command;

import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.schemas.UserError;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags of the embedded stack. */
final class StackOptions {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Port of the scorer and its page (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port of the broker (default: ${DEFAULT-VALUE}).")
    int kafkaPort;

    @Option(
            names = "--registry-port",
            paramLabel = "PORT",
            defaultValue = "8081",
            description = "Port of the schema registry (default: ${DEFAULT-VALUE}).")
    int registryPort;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder for data and logs (default: below .touchstone).")
    @Nullable
    Path data;

    StackPlan plan(String defaultFolder, StackPlan.@Nullable Critic critic) {
        Path home = ProjectHome.find();
        Path folder = data == null ? home.resolve(".touchstone").resolve(defaultFolder) : data.toAbsolutePath();
        for (int each : new int[] {port, kafkaPort, registryPort}) {
            if (each < 1 || each > 65_535) {
                throw new UserError("There is no port " + each + ": choose one between 1 and 65535.");
            }
        }
        if (port == kafkaPort || port == registryPort || kafkaPort == registryPort) {
            throw new UserError("--port, --kafka-port and --registry-port must be three different ports.");
        }
        return new StackPlan(home, folder, kafkaPort, registryPort, port, critic);
    }
}
