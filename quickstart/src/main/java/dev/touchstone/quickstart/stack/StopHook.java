package dev.touchstone.quickstart.stack;

/** Thread-safe. Does something when this process is told to end before it is closed. */
public final class StopHook implements AutoCloseable {
    private final Thread hook;

    /** @param task what to do; it may run on another thread at any moment */
    public StopHook(Runnable task) {
        hook = new Thread(task, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, the hook runs.
        }
    }
}
