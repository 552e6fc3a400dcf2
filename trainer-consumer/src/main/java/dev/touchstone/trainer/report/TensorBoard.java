package dev.touchstone.trainer.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. Writes reports as TensorBoard's event files into one folder. A start begins a new file, and so does a full
 * one; only the newest {@value #MOST_FILES} stay, so the folder never holds more than about 128 MiB. A file that cannot be written is
 * given up with a warning, and the next report begins another.
 */
public final class TensorBoard implements Reports.Destination {
    private static final Logger LOG = LoggerFactory.getLogger(TensorBoard.class);
    private static final String PREFIX = "events.out.tfevents.";
    static final int MOST_FILES = 8;
    private static final long FULL = 16L << 20;

    private final Path folder;
    private final long full;
    private final Warnings warnings = new Warnings(LOG, System::nanoTime);
    private @Nullable EventFile file;

    /** @param folder made where it is missing, when the first report comes */
    public TensorBoard(Path folder) {
        this(folder, FULL);
    }

    TensorBoard(Path folder, long full) {
        this.folder = folder;
        this.full = full;
    }

    @Override
    public void accept(Report report) {
        try {
            EventFile open = file != null && file.size() < full ? file : begin(report);
            open.write(report.at(), report.step(), byTag(report.values()));
        } catch (IOException | UncheckedIOException e) {
            warnings.warn("No event file for TensorBoard could be written in " + folder + ": " + e + ".");
            close();
        }
    }

    @Override
    public void close() {
        EventFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                warnings.warn("The event file in " + folder + " could not be closed: " + e + ".");
            }
        }
    }

    private EventFile begin(Report report) throws IOException {
        close();
        Files.createDirectories(folder);
        EventFile begun = new EventFile(next(report), report.at(), report.step());
        file = begun;
        deleteOld();
        return begun;
    }

    /** TensorBoard reads the files of a folder in the order of their names: the number must have a fixed width. */
    private Path next(Report report) throws IOException {
        long newest = files().stream().mapToLong(TensorBoard::number).max().orElse(0);
        long number = Math.max(newest + 1, report.at().getEpochSecond());
        return folder.resolve(PREFIX + String.format(Locale.ROOT, "%010d", number) + ".touchstone");
    }

    private void deleteOld() throws IOException {
        List<Path> files = files();
        for (Path old : files.subList(0, Math.max(0, files.size() - MOST_FILES))) {
            Files.deleteIfExists(old);
        }
    }

    /** Files of this writer, oldest first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\.touchstone"))
                    .sorted()
                    .toList();
        }
    }

    private static long number(Path file) {
        return Long.parseLong(file.getFileName().toString().substring(PREFIX.length(), PREFIX.length() + 10));
    }

    /** TensorBoard makes a group of what stands before the first slash: spans and kinds of figures become groups. */
    private static Map<String, Double> byTag(Map<String, Double> values) {
        Map<String, Double> tags = new TreeMap<>();
        values.forEach((name, value) -> tags.put(tag(name), value));
        return tags;
    }

    private static String tag(String name) {
        for (String group : List.of("window", "prequential", "heldOut", "drift")) {
            if (name.startsWith(group) && name.length() > group.length()) {
                return group + "/" + Character.toLowerCase(name.charAt(group.length()))
                        + name.substring(group.length() + 1);
            }
        }
        return name.contains("/") ? name : "training/" + name;
    }
}
