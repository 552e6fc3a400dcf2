package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. A real Apicurio Registry, as unpacked by the build, in a process of its own on loopback. */
public final class RegistryProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Process process;
    private final int port;

    private RegistryProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a registry that keeps nothing and returns when it answers. */
    public static RegistryProcess start(int port, Path log) {
        Process process;
        try {
            process = new ProcessBuilder(command(port, null))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RegistryProcess registry = new RegistryProcess(process, port);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        registry.awaitReady(log);
        return registry;
    }

    /**
     * The command that runs a registry.
     *
     * @param port where it listens on loopback
     * @param data file (without ending) in which it keeps its schemas; null to keep nothing
     */
    public static List<String> command(int port, @Nullable Path data) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port));
        if (data != null) {
            command.add("-Dapicurio.datasource.url=jdbc:h2:file:" + data.toAbsolutePath());
        }
        command.addAll(List.of("-jar", jar().toString()));
        return command;
    }

    /** Base address of its Confluent-compatible API. */
    public String url() {
        return url(port);
    }

    /** Base address of the Confluent-compatible API of a registry on a port of this machine. */
    public static String url(int port) {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady(Path log) {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/subjects"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long giveUpAt = System.nanoTime() + START_LIMIT.toNanos();
        while (process.isAlive() && System.nanoTime() < giveUpAt) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not there yet: ask again.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            pause();
        }
        close();
        throw new IllegalStateException("The schema registry did not start; its log is " + log);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path jar() {
        Path folder = ProjectHome.find().resolve("testkit/target/registry");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> runners = files.filter(
                                f -> f.getFileName().toString().endsWith("-runner.jar"))
                        .toList();
                if (runners.size() == 1) {
                    return runners.get(0);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new UserError("The schema registry is not unpacked below " + folder + ": run mvn package first.");
    }
}
