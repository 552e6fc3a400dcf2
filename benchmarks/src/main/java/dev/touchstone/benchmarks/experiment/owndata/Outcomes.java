package dev.touchstone.benchmarks.experiment.owndata;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Thread-safe. Pair by pair, which ones a cell's models ordered as labelled: JSON lines beside the results. */
final class Outcomes {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    /**
     * Of one cell.
     *
     * @param key the cell's
     * @param right by name of the test, for each pair of the data in its order: 1, 0.5 for a draw, 0
     * @param cut the share of inputs that were too long, 0 to 1
     */
    record Outcome(String key, Map<String, double[]> right, double cut) {}

    Outcomes(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    if (!line.isBlank()) {
                        Outcome outcome = JSON.readValue(line, Outcome.class);
                        outcomes.put(outcome.key(), outcome);
                    }
                }
            }
        } catch (IOException e) {
            throw new UserError(
                    file
                            + " cannot be read: name another folder with --out, or delete the file's last line if a run was"
                            + " cut off there.",
                    e);
        }
    }

    synchronized Optional<Outcome> of(String key) {
        return Optional.ofNullable(outcomes.get(key));
    }

    synchronized void add(Outcome outcome) throws IOException {
        outcomes.put(outcome.key(), outcome);
        Files.writeString(
                file, JSON.writeValueAsString(outcome) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
