package dev.touchstone.quickstart.stack;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/** Thread-safe. A process that is there to be killed or stopped: what happens to it on purpose is told from what happens by itself. */
public final class KillablePart {
    private final SupervisedPart part;

    KillablePart(SupervisedPart part) {
        this.part = part;
    }

    /** Ends the process as {@code kill -9} does, and returns when it is gone. */
    public void kill() throws InterruptedException {
        part.kill();
    }

    /** Starts the process again after a kill. */
    public void start() {
        part.start();
    }

    /**
     * Where it listens for HTTP.
     *
     * @throws IllegalStateException if it is no service of ours
     */
    public URI address() {
        String port = part.environment("QUARKUS_HTTP_PORT")
                .orElseThrow(() -> new IllegalStateException(part.name() + " has no HTTP of ours"));
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Whether it serves now. */
    public boolean isReady() {
        return part.isReady();
    }

    /** How often it ended by itself. */
    public int accidents() {
        return part.accidents();
    }

    /** Stops the process in the middle of whatever it does, as {@code kill -STOP} does; how it ends is no accident any more. */
    public void pause() throws InterruptedException {
        part.disown();
        part.signal("STOP");
    }

    /** Lets a paused process go on. */
    public void resume() throws InterruptedException {
        part.signal("CONT");
    }

    /** Asks the process to end, as {@code kill} does; how it ends is no accident. */
    public void terminate() throws InterruptedException {
        part.disown();
        part.signal("TERM");
    }

    /** The code that the process ended with; empty if it does not end in time. */
    public OptionalInt awaitEnd(Duration limit) throws InterruptedException {
        return part.awaitEnd(limit);
    }
}
