package dev.touchstone.quickstart.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart's resources and the AsyncAPI document fit the JSON schemas that their makers publish; by node, where it is. */
class PublishedSchemasIT {
    private static final Path SOURCES = ProjectHome.find().resolve("quickstart/src/test/schemas");

    @TempDir
    private Path folder;

    @Test
    void shouldFitPublishedSchemasWhenNodeIsHere() throws Exception {
        Chart.requireHelm();
        assumeThat(works("node", "--version"))
                .as("node is not on this machine: nothing is held against published schemas")
                .isTrue();
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "check.js")) {
            Files.copy(SOURCES.resolve(file), folder.resolve(file));
        }
        assumeThat(works("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
                .as("npm could not install the schemas: nothing is held against them")
                .isTrue();
        List<String> command = new ArrayList<>(List.of("node", "check.js"));
        for (String example : Chart.EXAMPLES) {
            command.add(write(example).toString());
        }
        command.add(ProjectHome.find().resolve("docs/asyncapi.yaml").toString());
        Path output = folder.resolve("output");
        int code = run(command, output);
        List<String> lines = Files.readAllLines(output);
        assertThat(code).as("%s", lines).isZero();
        JsonNode held = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        assertThat(List.of("StatefulSet", "Deployment", "NetworkPolicy", "ScaledObject", "ServiceMonitor", "AsyncAPI"))
                .allSatisfy(kind -> assertThat(held.path(kind).asInt()).as(kind).isPositive());
    }

    private Path write(String example) throws IOException {
        Path file = folder.resolve(example + ".yaml");
        StringBuilder documents = new StringBuilder();
        for (JsonNode resource : Chart.render(example)) {
            documents.append(new YAMLMapper().writeValueAsString(resource));
        }
        return Files.writeString(file, documents);
    }

    private boolean works(String... command) throws InterruptedException {
        try {
            return run(List.of(command), folder.resolve("ignored")) == 0;
        } catch (IOException e) {
            return false; // no such program
        }
    }

    private int run(List<String> command, Path output) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(4, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end: " + Files.readString(output, StandardCharsets.UTF_8));
        }
        return process.exitValue();
    }
}
