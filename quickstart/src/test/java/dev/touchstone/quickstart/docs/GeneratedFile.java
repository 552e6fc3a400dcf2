package dev.touchstone.quickstart.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of the project that is made from its code: a test compares it, or writes it with {@code -Dtouchstone.docs=write}. */
public final class GeneratedFile {
    /** What makes the files anew. */
    static final String COMMAND = "mvn -pl quickstart -am -Dtest='Generated*Test'"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dtouchstone.docs=write test";

    private GeneratedFile() {}

    /**
     * Fails if the file is not what the code says; writes it instead where that is asked for.
     *
     * @param path from the project's folder
     * @param wanted the whole text
     */
    static void check(String path, String wanted) throws IOException {
        Path file = ProjectHome.find().resolve(path);
        if ("write".equals(System.getProperty("touchstone.docs"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, wanted);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s is not what the code says: run %s, and commit it", path, COMMAND)
                .isEqualTo(wanted);
    }
}
