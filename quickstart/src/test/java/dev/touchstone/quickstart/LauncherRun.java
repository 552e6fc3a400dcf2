package dev.touchstone.quickstart;

import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs {@code ./touchstone} as a user would, on ports and in a folder of its own. */
final class LauncherRun implements AutoCloseable {
    private final Process process;
    private final Path output;

    private LauncherRun(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static LauncherRun start(Path folder, List<String> arguments) throws IOException {
        return start(folder, arguments, Map.of());
    }

    /** @param environment further environment variables */
    static LauncherRun start(Path folder, List<String> arguments, Map<String, String> environment) throws IOException {
        Path output = Files.createTempFile(folder, "launcher", ".log");
        List<String> command =
                new ArrayList<>(List.of(ProjectHome.find().resolve("touchstone").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new LauncherRun(process, output);
    }

    /** Flags for a stack that disturbs no other. */
    static List<String> ownPlace(Path data) {
        List<Integer> ports = Ports.free(3);
        return List.of(
                "--data", data.toString(),
                "--port", ports.get(0).toString(),
                "--kafka-port", ports.get(1).toString(),
                "--registry-port", ports.get(2).toString());
    }

    /** The exit code, once it has ended by itself. */
    int await(Duration limit) throws InterruptedException, IOException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("The launcher still runs after " + limit + ":\n" + output());
        }
        return process.exitValue();
    }

    /** What Ctrl-C does: SIGINT; or SIGTERM where the tests themselves run with SIGINT ignored, which children inherit. */
    void interrupt() throws IOException, InterruptedException {
        String ignored = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).strip())
                .findFirst()
                .orElse("0");
        boolean ignoresInterrupt = (Long.parseUnsignedLong(ignored, 16) & 2) != 0;
        new ProcessBuilder("kill", ignoresInterrupt ? "-TERM" : "-INT", Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void kill() {
        process.destroyForcibly();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** Processes of a stack: those that log to its folder (Linux). */
    static List<ProcessHandle> partsOf(Path data) {
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(handle -> mentions(handle.pid(), data))
                .toList();
    }

    /** The process of one part of a stack, by a piece of its command line. */
    static ProcessHandle part(Path data, String piece) {
        return partsOf(data).stream()
                .filter(handle -> read("cmdline", handle.pid()).contains(piece))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No part with " + piece));
    }

    /** The environment of a process (Linux). */
    static Map<String, String> environment(ProcessHandle process) {
        return Stream.of(read("environ", process.pid()).split("\0"))
                .filter(line -> line.contains("="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static boolean mentions(long pid, Path data) {
        if (pid == ProcessHandle.current().pid() || isLauncher(pid)) {
            return false;
        }
        // A part's log is in the stack's folder, and its standard output points there.
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/1")).startsWith(data);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isLauncher(long pid) {
        String line = read("cmdline", pid);
        return line.contains("\0demo\0") || line.contains("\0up\0") || line.contains("\0faults\0");
    }

    private static String read(String file, long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            return "";
        }
    }
}
