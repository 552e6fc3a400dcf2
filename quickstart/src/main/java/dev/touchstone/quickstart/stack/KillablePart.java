package dev.touchstone.quickstart.stack;

import java.time.Duration;
import java.util.OptionalInt;

/** Thread-safe. A service that is there to be killed: what happens to it on purpose is told from what happens by itself. */
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
