package dev.touchstone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store that is a folder of this machine. */
class FolderStoreTest {
    @TempDir
    Path temporary;

    @Test
    void shouldOpenWhatWasPutWhenItsUriIsFetched() throws Exception {
        try (CheckpointStore store = open(temporary)) {
            Checkpoint.Written written = Samples.write(temporary, 1);
            URI uri = store.put(written);

            assertThat(uri).hasScheme("file");
            assertThat(store.fetch(uri.toString(), written.sha256()).versionId())
                    .isEqualTo(written.versionId());
            CheckpointException other =
                    catchThrowableOfType(CheckpointException.class, () -> store.fetch(uri.toString(), "0".repeat(64)));
            assertThat(other.kind()).isEqualTo(CheckpointException.Kind.CORRUPT);
            assertThat(other).hasMessageContaining("the manifest wants");
        }
    }

    @Test
    void shouldListVersionsAndLeftoversAloneWhenOtherThingsLieAbout() throws Exception {
        Files.createDirectory(temporary.resolve("step-00000001-0a0b0c0d.damaged-1"));
        Files.createDirectory(temporary.resolve("notes"));
        Path young = Files.createDirectory(temporary.resolve("step-00000001-0a0b0c0d"));
        Path unfinished = Files.createDirectory(temporary.resolve(".tmp-0a"));
        Path file = Files.createFile(unfinished.resolve("model.safetensors"));
        Instant old = Instant.parse("2026-01-01T00:00:00Z");
        Instant later = old.plusSeconds(60);
        Files.setLastModifiedTime(young, FileTime.from(old));
        Files.setLastModifiedTime(file, FileTime.from(later)); // is still being written
        Files.setLastModifiedTime(unfinished, FileTime.from(old));

        try (CheckpointStore store = open(temporary)) {
            assertThat(store.list())
                    .containsExactlyInAnyOrder(
                            new CheckpointStore.Stored("step-00000001-0a0b0c0d", old),
                            new CheckpointStore.Stored(".tmp-0a", later));
        }
    }

    @Test
    void shouldDeleteNothingElseWhenANameIsNoVersion() throws Exception {
        Files.createDirectory(temporary.resolve("notes"));
        Files.createDirectory(temporary.resolve("step-00000001-0a0b0c0d"));
        try (CheckpointStore store = open(temporary)) {
            store.delete("step-00000001-0a0b0c0d");
            store.delete("step-00000001-0a0b0c0d");
            for (String name : List.of("notes", "..", "", "step-00000001-0a0b0c0d.damaged-1")) {
                assertThatThrownBy(() -> store.delete(name)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(store.list()).isEmpty();
        }
        assertThat(temporary.resolve("notes")).exists();
    }

    @Test
    void shouldKeepEveryDamagedOneWhenTheSameVersionIsDamagedTwice() throws Exception {
        try (CheckpointStore store = open(temporary)) {
            for (int number = 1; number <= 2; number++) {
                Files.createDirectory(temporary.resolve("step-00000001-0a0b0c0d"));
                store.setAside("step-00000001-0a0b0c0d");
                assertThat(temporary.resolve("step-00000001-0a0b0c0d.damaged-" + number))
                        .exists();
            }
            store.setAside("step-00000001-0a0b0c0d");
        }
    }

    @Test
    void shouldSayThatTheFolderCannotBeReadWhenAFileIsInItsPlace() throws Exception {
        Path file = Files.createFile(temporary.resolve("m"));
        try (CheckpointStore store = open(file)) {
            StoreException refusal = catchThrowableOfType(StoreException.class, store::list);
            assertThat(refusal).hasMessageContaining("cannot be read");
            assertThat(refusal.refused()).isTrue();
        }
    }

    @Test
    void shouldHoldNothingWhenTheFolderIsNotThereYet() throws Exception {
        try (CheckpointStore store = open(temporary.resolve("later"))) {
            assertThat(store.list()).isEmpty();
        }
    }

    private static CheckpointStore open(Path folder) {
        return CheckpointStore.open(StoreSettings.DIRECTORY, folder, "m");
    }
}
