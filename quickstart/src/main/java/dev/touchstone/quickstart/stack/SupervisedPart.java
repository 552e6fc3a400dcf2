package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. One process that is kept running: when it ends without being asked to it is named, with the last lines of its
 * log, and started again, at most {@value #MAX_RESTARTS} times, or as often as it has run well for a while in between. A process that ended because it was used wrongly is not.
 */
final class SupervisedPart {
    static final int MAX_RESTARTS = 3;
    private static final int LOG_LINES = 12;
    private static final Duration RAN_WELL = Duration.ofMinutes(5);

    private final Part part;
    private final Watchdog watchdog;
    private final Consumer<String> console;
    private @Nullable Process process;
    /** The process whose end is no accident. */
    private @Nullable Process disowned;

    private @Nullable PartFailure failure;
    private boolean stopping;
    private int restarts;
    private int accidents;
    private long startedAt;

    SupervisedPart(Part part, Watchdog watchdog, Consumer<String> console) {
        this.part = part;
        this.watchdog = watchdog;
        this.console = console;
    }

    String name() {
        return part.name();
    }

    /** The value of an environment variable that the process gets from its plan; empty if the plan sets none. */
    Optional<String> environment(String name) {
        return Optional.ofNullable(part.environment().get(name));
    }

    synchronized void start() {
        if (stopping) {
            return;
        }
        List<String> command = new ArrayList<>(Detached.PREFIX);
        command.addAll(part.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(part.log().toFile()));
        // Only what the plan says may decide where the stack's clients connect.
        builder.environment().keySet().removeIf(name -> name.startsWith("KAFKA_"));
        builder.environment().putAll(part.environment());
        try {
            Process started = builder.start();
            started.getOutputStream().close();
            watchdog.guard(started.pid());
            process = started;
            startedAt = System.nanoTime();
            CompletableFuture<?> unused = started.onExit().thenAccept(this::ended);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until the part serves.
     *
     * @throws PartFailure if it ended for good, or does not serve in time
     */
    void awaitReady(Duration patience) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        while (!part.ready().isReady()) {
            throwIfFailed();
            if (System.nanoTime() > giveUpAt) {
                throw new PartFailure(
                        withLog(part.name() + " does not serve after " + patience.toSeconds() + " s."), 1);
            }
            pause();
        }
    }

    synchronized void throwIfFailed() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Asks the process to end, waits, and ends it by force if it does not. */
    void stop(Duration grace) {
        Process running;
        synchronized (this) {
            stopping = true;
            running = process;
        }
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                console.accept(part.name() + " does not stop; it is ended by force.");
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process by force and returns when it is gone; only {@link #start} brings it back. */
    void kill() throws InterruptedException {
        Process victim;
        synchronized (this) {
            victim = process;
            disowned = process;
        }
        if (victim != null) {
            victim.destroyForcibly().waitFor();
        }
    }

    /** The end of the process that runs now will be no accident, whatever brings it about. */
    synchronized void disown() {
        disowned = process;
    }

    /** @param name of a signal, such as STOP */
    void signal(String name) throws InterruptedException {
        Process running = running();
        if (running == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("The command kill is missing", e);
        }
    }

    /** The code that the process ended with; empty if it does not end in time. */
    OptionalInt awaitEnd(Duration limit) throws InterruptedException {
        Process running = running();
        return running != null && running.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(running.exitValue())
                : OptionalInt.empty();
    }

    boolean isReady() {
        return part.ready().isReady();
    }

    private synchronized @Nullable Process running() {
        return process;
    }

    /** How often it ended without being stopped or killed by us. */
    synchronized int accidents() {
        return accidents;
    }

    private synchronized void ended(Process ended) {
        watchdog.forget(ended.pid());
        if (stopping || ended.equals(disowned)) {
            return;
        }
        accidents++;
        if (System.nanoTime() - startedAt > RAN_WELL.toNanos()) {
            restarts = 0;
        }
        int code = ended.exitValue();
        String sentence = part.name() + " ended with code " + code + ".";
        if (code == UserError.EXIT_CODE || restarts >= MAX_RESTARTS) {
            failure = new PartFailure(withLog(sentence), code);
            return;
        }
        restarts++;
        console.accept(withLog(sentence + " It is started again (" + restarts + " of " + MAX_RESTARTS + ")."));
        start();
    }

    private String withLog(String sentence) {
        return sentence + " The last lines of its log " + part.log() + ":\n  | "
                + String.join("\n  | ", LogTail.of(part.log(), LOG_LINES));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a part", e);
        }
    }
}
