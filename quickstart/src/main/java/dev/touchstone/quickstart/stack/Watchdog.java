package dev.touchstone.quickstart.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Thread-safe. Ends the parts even if this process is killed: a small shell reads process ids from a pipe, and when the pipe
 * ends, because we closed it or because we are gone, it ends those processes.
 */
final class Watchdog implements AutoCloseable {
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            pids=
            while read -r sign pid; do
              case $sign in
                +) pids="$pids $pid" ;;
                -) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
              esac
            done
            kill $pids 2>/dev/null
            for second in 1 2 3 4 5 6 7 8 9 10; do
              alive=; for p in $pids; do kill -0 "$p" 2>/dev/null && alive=1; done
              [ -z "$alive" ] && exit 0
              sleep 1
            done
            kill -9 $pids 2>/dev/null
            exit 0
            """;

    private final Writer pids;

    private Watchdog(Writer pids) {
        this.pids = pids;
    }

    static Watchdog start() {
        List<String> command = new ArrayList<>(Detached.PREFIX);
        command.addAll(List.of("sh", "-c", SCRIPT));
        try {
            Process shell = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new Watchdog(shell.outputWriter());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void guard(long pid) {
        tell("+ " + pid);
    }

    void forget(long pid) {
        tell("- " + pid);
    }

    @Override
    public synchronized void close() {
        try {
            pids.close();
        } catch (IOException e) {
            // The shell has gone already: there is nothing left to tell it.
        }
    }

    private synchronized void tell(String line) {
        try {
            pids.write(line + "\n");
            pids.flush();
        } catch (IOException e) {
            // Without the shell the parts still end with us in every case but a kill of this process.
        }
    }
}
