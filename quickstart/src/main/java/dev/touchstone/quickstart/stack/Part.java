package dev.touchstone.quickstart.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One process of the stack.
 *
 * @param name what people call it
 * @param command program and arguments
 * @param environment variables on top of ours
 * @param log file that takes what it prints
 * @param ready whether it serves by now
 */
public record Part(String name, List<String> command, Map<String, String> environment, Path log, ReadyCheck ready) {

    /** Asks a part whether it serves; called often, must answer within seconds and not throw. */
    @FunctionalInterface
    public interface ReadyCheck {
        /** Whether it serves now. */
        boolean isReady();
    }
}
