package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;
import dev.touchstone.testkit.cluster.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of a stack that begins with nothing. */
public final class DataFolder {
    private DataFolder() {}

    /**
     * Deletes what an earlier stack left, and nothing else, should the folder be one of the user's.
     *
     * @throws UserError if something cannot be deleted
     */
    public static void clear(Path data) {
        for (String part : List.of("broker", "checkpoints", "streams", "logs")) {
            delete(data.resolve(part));
        }
        for (String file : List.of("broker.lock", "registry.mv.db", "registry.trace.db")) {
            delete(data.resolve(file));
        }
        try {
            Files.createDirectories(data.resolve("logs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Folders.delete(path);
        } catch (UncheckedIOException e) {
            throw new UserError("What an earlier run left in " + path + " cannot be deleted.", e);
        }
    }
}
