package dev.touchstone.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A script of ours in a Python of the user's. It waits for a line that says how many steps to run, and answers with a line
 * of JSON that says how long each took; between requests it sleeps, so that the sides can run in turns.
 */
final class PythonSide implements Side, AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LAST_LINES = 5;

    private final String name;
    private final Process process;
    private final Path log;
    private final Writer requests;
    private final BufferedReader answers;
    private final Map<String, Object> about;

    private PythonSide(String name, Process process, Path log) throws IOException {
        this.name = name;
        this.process = process;
        this.log = log;
        this.requests = process.outputWriter();
        this.answers = process.inputReader();
        this.about = JSON.convertValue(answer(), new TypeReference<Map<String, Object>>() {});
    }

    /**
     * Starts a script and waits until it is ready.
     *
     * @param script name of a file in this module's folder {@code python}
     * @throws UserError when the Python cannot be started or lacks a package
     */
    static PythonSide start(String name, Path python, String script, List<String> arguments) throws IOException {
        Path log = Files.createTempFile("touchstone-" + name, ".log");
        List<String> command = new ArrayList<>(
                List.of(python.toString(), scripts().resolve(script).toString()));
        command.addAll(arguments);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        } catch (IOException e) {
            Files.delete(log);
            throw new UserError(python + " cannot be started: give the path of a Python with --python.", e);
        }
        try {
            return new PythonSide(name, process, log);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            Files.deleteIfExists(log);
            throw e;
        }
    }

    private static Path scripts() {
        try {
            Path classes = Path.of(PythonSide.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Objects.requireNonNull(classes.getParent()).resolveSibling("python");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it said of itself when it was ready: versions, sizes. */
    Map<String, Object> about() {
        return about;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double run() throws IOException {
        requests.write("1\n");
        requests.flush();
        return answer().path("ms").path(0).asDouble();
    }

    private JsonNode answer() throws IOException {
        @Nullable String line = answers.readLine();
        if (line == null) {
            throw new UserError("The Python side \"" + name + "\" ended: " + lastLines());
        }
        return JSON.readTree(line);
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    @Override
    public void close() {
        try {
            // The end of its input is its sign to end.
            requests.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
