package dev.touchstone.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @Test
    void shouldDeleteAllInItAndNothingElseWhenAFolderIsNamed(@TempDir Path around) throws IOException {
        Path beside = Files.createFile(around.resolve("beside"));
        Path folder = around.resolve("folder");
        Files.createDirectories(folder.resolve("a/b"));
        Files.createFile(folder.resolve("a/b/file"));
        Files.createSymbolicLink(folder.resolve("a/link"), beside);
        Folders.delete(folder);
        assertThat(folder).doesNotExist();
        assertThat(beside).exists();
        Folders.delete(folder);
        Folders.delete(beside);
        assertThat(around).isEmptyDirectory();
    }
}
