package dev.touchstone.trainer.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.store.CheckpointStore;
import dev.touchstone.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When files go that no manifest names. */
class CheckpointsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path temporary;

    private final Lineage lineage = new Lineage();
    private Path folder;
    private CheckpointStore store;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() {
        folder = temporary.resolve("m");
        store = CheckpointStore.open(StoreSettings.DIRECTORY, folder, "m");
        checkpoints = new Checkpoints(store, new Retention(2, 0), new ModelAliases());
        lineage.add(CheckpointManifest.newBuilder()
                .setModelId("m")
                .setVersionId("step-1-0a")
                .setUri("file:///none")
                .setSha256("0")
                .setStep(1)
                .setOffsets(List.of())
                .setTrainedPairs(0)
                .setHeldOutPairs(0)
                .setCreatedAt(START)
                .build());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldDeleteOnlyWhatIsAnHourOldWhenItIsFoundLater() throws Exception {
        checkpoints.cleanUp(lineage, START);
        Path named = write("step-1-0a", START);
        Path old = write("step-2-0b", START.plus(Duration.ofMinutes(10)));
        Path unfinished = write(".tmp-0c", START.plus(Duration.ofMinutes(10)));
        Path young = write("step-2-0d", START.plus(Duration.ofMinutes(90)));

        publishedAt(Duration.ofMinutes(55)); // it is not looked for at every checkpoint
        assertThat(old).exists();
        publishedAt(Duration.ofMinutes(120));
        assertThat(old).doesNotExist();
        assertThat(unfinished).doesNotExist();
        assertThat(young).exists();
        publishedAt(Duration.ofMinutes(150));
        assertThat(young).exists();
        publishedAt(Duration.ofMinutes(185));
        assertThat(young).doesNotExist();
        assertThat(named).exists();
    }

    @Test
    void shouldDeleteAtOnceWhenItIsFoundAtTheStart() throws Exception {
        Path named = write("step-1-0a", START);
        Path leftover = write("step-2-0b", START.plusSeconds(60));

        checkpoints.cleanUp(lineage, START);

        assertThat(leftover).doesNotExist();
        assertThat(named).exists();
    }

    @Test
    void shouldGoOnWhenOldOnesCannotBeDeleted() throws Exception {
        checkpoints.cleanUp(lineage, START);
        Files.createFile(folder);

        publishedAt(Duration.ofHours(2));

        Files.delete(folder);
        Path leftover = write("step-2-0b", START);
        publishedAt(Duration.ofHours(2));
        assertThat(leftover).doesNotExist(); // it is tried again with the next
    }

    private void publishedAt(Duration after) {
        checkpoints.published(lineage, List.of(), START.plus(after));
    }

    private Path write(String name, Instant modified) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve(name));
        Files.setLastModifiedTime(checkpoint, FileTime.from(modified));
        return checkpoint;
    }
}
