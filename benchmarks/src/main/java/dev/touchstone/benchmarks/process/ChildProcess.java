package dev.touchstone.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Not thread-safe. A JVM of its own on this class path, so that what it does is not taken for the work of the side that is
 * measured. It says one line when it is ready, answers a line with a line, and ends with its input.
 */
public final class ChildProcess implements AutoCloseable {
    private static final long END_LIMIT_S = 20;

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;
    private final Path log;
    private final String greeting;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        questions = process.outputWriter();
        answers = process.inputReader();
        greeting = line();
    }

    /**
     * Starts a class and waits until it is ready.
     *
     * @param main the class
     * @param log where its log goes
     * @param options of the JVM
     * @param arguments of the class
     */
    public static ChildProcess start(Class<?> main, Path log, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("-XX:+UseSerialGC");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new ChildProcess(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it said when it was ready. */
    public String greeting() {
        return greeting;
    }

    /** Processor time that it has taken so far, milliseconds; 0 where the system does not say. */
    public double cpuMs() {
        return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
    }

    /** Asks for something and waits for the answer. */
    public String ask(String question) {
        try {
            questions.write(question + "\n");
            questions.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("A child of the benchmark ended; its log is " + log, e);
        }
        return line();
    }

    private String line() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("A child of the benchmark ended; its log is " + log);
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            questions.close();
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
