package dev.touchstone.benchmarks.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Thread-safe. Results as JSON lines: what is there already is not run again. How models learn lies beside them, so that no report mixes
 * results of two ways.
 */
public final class ResultFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRAINING = "training.txt";

    private final Path file;
    private final String training;
    private final Map<String, CellResult> results = new LinkedHashMap<>();

    /**
     * @param training how the models of new results learn
     * @throws UserError if the file cannot be read, holds something else, or results of models that learnt otherwise
     */
    public ResultFile(Path file, TrainingConfig training) {
        this.file = file;
        this.training = training.toString();
        if (!Files.exists(file)) {
            return;
        }
        try {
            Path before = file.resolveSibling(TRAINING);
            if (!Files.exists(before) || !Files.readString(before).strip().equals(this.training)) {
                throw new UserError(
                        "The models in " + file
                                + " learnt otherwise than this version has them learn: name another folder with --out, or delete that one.");
            }
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
        if (results.isEmpty()) {
            Files.writeString(file.resolveSibling(TRAINING), training + "\n");
        }
        results.put(result.key(), result);
        Files.writeString(
                file, JSON.writeValueAsString(result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
