package dev.touchstone.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.trainer.report.EventReader.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00.5Z");

    @TempDir
    Path folder;

    @Test
    void shouldWriteWhatAnotherReaderReads() throws IOException {
        try (TensorBoard board = new TensorBoard(folder.resolve("tensorboard"))) {
            board.accept(report(300, Map.of("windowAccuracy", 0.75, "loss", -0.5, "source/ä/windowPairs", 3.0)));
            board.accept(report(5_000_000_000L, Map.of("heldOutPairs", 7.0, "driftAlarms", 1.0, "loss", Double.NaN)));

            // Read while it is open: a run is watched as it goes.
            List<Path> files = files(folder.resolve("tensorboard"));
            assertThat(files).hasSize(1);
            assertThat(files.get(0).getFileName().toString()).startsWith("events.out.tfevents.1767225600.");
            double time = WHEN.toEpochMilli() / 1e3;
            assertThat(EventReader.read(files.get(0)))
                    .containsExactly(
                            new Event(time, 0, "brain.Event:2", 0, Map.of()),
                            new Event(time, 300, "", 1, Map.of()),
                            new Event(
                                    time,
                                    300,
                                    "",
                                    0,
                                    Map.of(
                                            "window/accuracy",
                                            0.75f,
                                            "training/loss",
                                            -0.5f,
                                            "source/ä/windowPairs",
                                            3f)),
                            new Event(time, 5_000_000_000L, "", 0, Map.of("heldOut/pairs", 7f, "drift/alarms", 1f)));
        }
    }

    @Test
    void shouldBeginANewFileWhenItStartsAgainAndKeepOnlyTheNewest() throws IOException {
        for (int start = 0; start < 12; start++) {
            try (TensorBoard board = new TensorBoard(folder)) {
                board.accept(report(start, Map.of("loss", 1.0)));
            }
        }
        List<Path> files = files(folder);
        assertThat(files).hasSize(TensorBoard.MOST_FILES);
        assertThat(EventReader.read(files.get(files.size() - 1)).get(1).step()).isEqualTo(11);
    }

    @Test
    void shouldBeginANewFileWhenOneIsFull() throws IOException {
        try (TensorBoard board = new TensorBoard(folder, 300)) {
            for (int step = 0; step < 12; step++) {
                board.accept(report(step, Map.of("loss", 1.0)));
            }
        }
        List<Path> files = files(folder);
        assertThat(files.size()).isBetween(2, TensorBoard.MOST_FILES);
        for (Path file : files) {
            assertThat(Files.size(file)).isLessThan(400);
        }
    }

    @Test
    void shouldGoOnWhenTheFolderCannotBeWritten() throws IOException {
        Path blocked = Files.writeString(folder.resolve("tensorboard"), "no folder");
        try (TensorBoard board = new TensorBoard(blocked)) {
            board.accept(report(1, Map.of("loss", 1.0)));
            Files.delete(blocked);
            board.accept(report(2, Map.of("loss", 1.0)));
        }
        assertThat(EventReader.read(files(blocked).get(0)).get(1).step()).isEqualTo(2);
    }

    private static Report report(long step, Map<String, Double> values) {
        return new Report("m", step, WHEN, new TreeMap<>(values));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
