package dev.touchstone.quickstart.stack;

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

    /** How often it ended by itself. */
    public int accidents() {
        return part.accidents();
    }
}
