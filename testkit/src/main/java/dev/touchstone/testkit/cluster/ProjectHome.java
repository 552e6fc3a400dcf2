package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the checkout whose build made the parts that are started as processes. */
public final class ProjectHome {
    private ProjectHome() {}

    /**
     * The folder of the launcher: the system property {@code touchstone.home}, or the nearest folder above the working
     * directory that holds the launcher.
     */
    public static Path find() {
        String set = System.getProperty("touchstone.home");
        if (set != null) {
            return Path.of(set);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("quickstart")) && Files.isDirectory(folder.resolve("schemas"))) {
                return folder;
            }
        }
        throw new UserError(
                "This is not below a checkout of Touchstone: set the system property touchstone.home to one.");
    }
}
