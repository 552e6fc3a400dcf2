package dev.touchstone.benchmarks.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Thread-safe. Results as JSON lines: what is there already is not run again. */
public final class ResultFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Map<String, CellResult> results = new LinkedHashMap<>();

    /** @throws UserError if the file cannot be read, or holds something else */
    public ResultFile(Path file) {
        this.file = file;
        if (!Files.exists(file)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    CellResult result = JSON.readValue(line, CellResult.class);
                    results.put(result.key(), result);
                }
            }
        } catch (IOException e) {
            throw new UserError(
                    "The results in " + file + " cannot be read: name another folder with --out, or delete the file's"
                            + " last line if a run was cut off there.",
                    e);
        }
    }

    synchronized Optional<CellResult> of(Cell cell) {
        return of(cell.key());
    }

    /** The result of this key, if it is there. */
    public synchronized Optional<CellResult> of(String key) {
        return Optional.ofNullable(results.get(key));
    }

    /** All of them, in the order in which they came. */
    public synchronized List<CellResult> all() {
        return List.copyOf(results.values());
    }

    /** Keeps one more. */
    public synchronized void add(CellResult result) throws IOException {
        results.put(result.key(), result);
        Files.writeString(
                file, JSON.writeValueAsString(result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
