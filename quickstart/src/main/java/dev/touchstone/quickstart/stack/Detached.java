package dev.touchstone.quickstart.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts children in a session of their own where the system can, so that Ctrl-C reaches only this process, which then stops
 * them in order: services first, the broker last.
 */
final class Detached {
    /** What to put before a command; empty where there is no {@code setsid}. */
    static final List<String> PREFIX =
            Files.isExecutable(Path.of("/usr/bin/setsid")) ? List.of("/usr/bin/setsid") : List.of();

    private Detached() {}
}
