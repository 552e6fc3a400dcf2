package dev.touchstone.benchmarks.experiment.owndata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads pairs out of a file: JSON lines, or one JSON array, of one of the {@link RowFormat}s. */
final class DataFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private DataFile() {}

    /**
     * The data of a file, named after it.
     *
     * @throws UserError if it cannot be read or is none of the formats
     */
    static OwnData read(Path file) {
        List<JsonNode> rows = rows(file);
        RowFormat format = rows.isEmpty() ? null : RowFormat.of(rows.get(0));
        if (format == null) {
            throw new UserError(file + " holds no pairs that are known here: its rows must have " + RowFormat.FIELDS
                    + "; docs/experiments.md says more.");
        }
        Set<OwnPair> pairs = new LinkedHashSet<>();
        int without = 0;
        for (int i = 0; i < rows.size(); i++) {
            List<OwnPair> found;
            try {
                found = format.pairs(rows.get(i));
            } catch (RowFormat.BadRowException e) {
                throw new UserError("Row " + (i + 1) + " of " + file + " is wrong: " + e.getMessage(), e);
            }
            without += found.isEmpty() ? 1 : 0;
            pairs.addAll(found);
        }
        List<String> notes = without == 0
                ? List.of()
                : List.of(without + " of " + rows.size() + " rows give no pair and were left out.");
        return OwnData.of(name(file), List.copyOf(pairs), notes);
    }

    private static String name(Path file) {
        return file.getFileName().toString().replaceFirst("\\.[^.]*$", "").replaceAll("[^A-Za-z0-9_-]", "-");
    }

    private static List<JsonNode> rows(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: name a file of JSON in UTF-8 that is there.", e);
        }
        List<JsonNode> rows = new ArrayList<>();
        int line = 1;
        try {
            if (text.stripLeading().startsWith("[")) {
                JSON.readTree(text).forEach(rows::add);
                return rows;
            }
            for (String one : text.split("\n", -1)) {
                if (!one.isBlank()) {
                    rows.add(JSON.readTree(one));
                }
                line++;
            }
            return rows;
        } catch (JsonProcessingException e) {
            throw new UserError(
                    file + " is no JSON at line "
                            + (line
                                    - 1
                                    + (e.getLocation() == null
                                            ? 1
                                            : e.getLocation().getLineNr()))
                            + ": give one object per line, or one array of objects.",
                    e);
        }
    }
}
