package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWriterTest {

    @TempDir
    private Path root;

    @Test
    void shouldShowAWholeFolderWithItsHashesWhenMoved() throws Exception {
        Path target;
        try (FolderWriter folder = FolderWriter.under(root.resolve("deep"))) {
            folder.add("one", new byte[] {1, 2, 3});
            folder.add("two", file -> {
                file.write(ByteBuffer.wrap(new byte[] {4}));
                file.write(ByteBuffer.wrap(new byte[] {5, 6}));
            });
            assertThat(folder.digests())
                    .isEqualTo(Map.of(
                            "one", FolderFiles.sha256(new byte[] {1, 2, 3}),
                            "two", FolderFiles.sha256(new byte[] {4, 5, 6})));
            assertThat(root.resolve("deep/model")).doesNotExist();
            target = folder.moveTo("model");
        }
        assertThat(target).isEqualTo(root.resolve("deep/model"));
        assertThat(Files.readAllBytes(target.resolve("two"))).containsExactly(4, 5, 6);
        assertThat(root.resolve("deep")).isDirectoryNotContaining(path -> !path.equals(target));
    }

    @Test
    void shouldLeaveNothingWhenItWasNotMovedOrAFileFails() throws Exception {
        try (FolderWriter folder = FolderWriter.under(root)) {
            folder.add("one", new byte[1]);
        }
        assertThat(root).isEmptyDirectory();
        assertThatThrownBy(() -> {
                    try (FolderWriter folder = FolderWriter.under(root)) {
                        folder.add("one", file -> {
                            file.write(ByteBuffer.wrap(new byte[5]));
                            throw new IllegalStateException("no more");
                        });
                    }
                })
                .hasMessage("no more");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldRefuseWhenAFileOrAFolderOfThatNameIsThere() throws Exception {
        Path other = Files.createDirectory(root.resolve("model"));
        Files.write(other.resolve("file"), new byte[1]);
        try (FolderWriter folder = FolderWriter.under(root)) {
            folder.add("one", new byte[1]);
            assertThatThrownBy(() -> folder.add("one", new byte[2]))
                    .isInstanceOfSatisfying(
                            CheckpointException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IO));
            assertThatThrownBy(() -> folder.moveTo("model"))
                    .isInstanceOfSatisfying(
                            CheckpointException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IO));
        }
        assertThat(root).isDirectoryNotContaining(path -> !path.equals(other));
        assertThat(other).isNotEmptyDirectory();
    }
}
