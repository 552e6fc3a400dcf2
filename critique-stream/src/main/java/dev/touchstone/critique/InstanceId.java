package dev.touchstone.critique;

import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The name under which an instance keeps its place in the group (static membership): a process that was killed and comes back
 * under the same name goes on at once, where a nameless one would be waited for until its session runs out.
 */
final class InstanceId {
    private InstanceId() {}

    /**
     * The name that was set, or the one that lies in the state folder; made there if there is none. Whoever has the folder
     * has the name, as both belong to one instance.
     *
     * @throws UserError if the folder cannot be written
     */
    static String of(@Nullable String set, Path stateDir, String applicationId) {
        if (set != null) {
            return set;
        }
        Path file = stateDir.resolve(applicationId + ".instance");
        try {
            Files.createDirectories(stateDir);
            if (Files.exists(file)) {
                String kept = Files.readString(file).strip();
                if (kept.matches("[a-zA-Z0-9._-]{1,100}")) {
                    return kept;
                }
            }
            String made = "critique-" + UUID.randomUUID();
            Files.writeString(file, made);
            return made;
        } catch (IOException e) {
            throw new UserError(
                    "The state folder " + stateDir + " cannot be used: set touchstone.state-dir to one that can be"
                            + " written.",
                    e);
        }
    }
}
