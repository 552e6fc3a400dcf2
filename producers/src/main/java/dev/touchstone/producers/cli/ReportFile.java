package dev.touchstone.producers.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Writes what a command reports as a JSON object. */
public final class ReportFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ReportFile() {}

    /** @throws UserError if the file cannot be written */
    public static void write(Path file, Map<String, ?> report) {
        try {
            JSON.writeValue(file.toFile(), report);
        } catch (IOException e) {
            throw new UserError("The file " + file + " cannot be written: choose another with --json.", e);
        }
    }
}
