package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentCommandsTest {
    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();

    @Test
    void shouldRunEveryCellOnceAndSayWhatCameOfIt() throws Exception {
        assertThat(run()).isZero();
        Path results = folder.resolve("tiny-96/results.jsonl");
        // Six conditions with two rates each, and the cells: two of plain, one of each other.
        assertThat(Files.readAllLines(results)).hasSize(12 + 7);
        JsonNode findings = new ObjectMapper()
                .readTree(
                        folder.resolve("tiny-96/data-efficiency/findings.json").toFile());
        assertThat(findings.path("rows")).hasSize(7);
        assertThat(findings.path("rows").get(0).path("arm").asText()).isEqualTo("plain");
        assertThat(findings.path("rows").get(2).path("swapped").isNumber()).isTrue();
        assertThat(findings.path("headline")).isNotEmpty();
        assertThat(out.toString())
                .contains("critiqued 0.05")
                .contains("rule, fitted 0.05")
                .contains("96 and 24 keys");

        // As if the last run had been cut off.
        Files.write(results, Files.readAllLines(results).subList(0, 18));
        String kept = Files.readString(results);
        assertThat(run()).isZero();
        assertThat(Files.readString(results)).startsWith(kept);
        assertThat(Files.readAllLines(results)).hasSize(19);
        shareCellsAndDrawEveryFigure(results);
    }

    @Test
    void shouldRunOtherSeedsBesideTheUsualOnesWhenAsked() throws Exception {
        assertThat(run()).isZero();
        assertThat(run(new DataEfficiencyCommand(), "--seeds", "6-7")).isZero();
        Path results = folder.resolve("tiny-96/results.jsonl");
        assertThat(Files.readAllLines(results)).hasSize(12 + 7 + 2 * 7);
        JsonNode usual = findings("data-efficiency");
        JsonNode others = findings("data-efficiency-seeds-6-7");
        assertThat(usual.path("rows").get(0).path("seeds").asInt()).isEqualTo(1);
        assertThat(others.path("rows"))
                .hasSize(7)
                .allSatisfy(row -> assertThat(row.path("seeds").asInt()).isEqualTo(2));
        assertThat(Files.readString(folder.resolve("tiny-96/data-efficiency-seeds-6-7/report.html")))
                .contains("--seeds 6-7", "seeds 6 to 7");

        for (String wrong : new String[] {"7-6", "0-3", "6", "a-b"}) {
            assertThat(errorOf("--tiny", "--out", folder.toString(), "--seeds", wrong))
                    .contains("--seeds " + wrong, "such as 6-10");
        }
    }

    private JsonNode findings(String report) throws Exception {
        return new ObjectMapper()
                .readTree(folder.resolve("tiny-96/" + report + "/findings.json").toFile());
    }

    @Test
    void shouldSayWhatIsWrongWhenTheResultsAreDamagedOrOfAnotherTraining() throws Exception {
        Path tiny = Files.createDirectories(folder.resolve("tiny-96"));
        Path training = Files.writeString(
                tiny.resolve("training.txt"), TrainingConfig.defaults(0).toString() + "\n");
        Files.writeString(tiny.resolve("results.jsonl"), "{\"key\":");
        assertThat(errorOf("--tiny", "--out", folder.toString()))
                .contains("results.jsonl")
                .contains("last line");
        Files.writeString(
                training, TrainingConfig.defaults(0).withLearningRate(0.5).toString());
        assertThat(errorOf("--tiny", "--out", folder.toString()))
                .contains("learnt otherwise", "another folder with --out");
        Files.delete(training);
        assertThat(errorOf("--tiny", "--out", folder.toString())).contains("learnt otherwise");
    }

    private static String errorOf(String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = dev.touchstone.producers.cli.OneSentence.on(new CommandLine(new DataEfficiencyCommand()));
        line.setErr(new PrintWriter(err));
        assertThat(line.execute(arguments)).isEqualTo(2);
        return err.toString();
    }

    private void shareCellsAndDrawEveryFigure(Path results) throws Exception {
        assertThat(run(new HardSliceCommand())).isZero();
        assertThat(run(new OodCommand())).isZero();
        assertThat(run(new CriticDriftCommand())).isZero();
        assertThat(Files.readAllLines(results)).as("nothing was run again").hasSize(19);
        assertThat(run(new CriticQualityCommand())).isZero();
        assertThat(Files.readAllLines(results))
                .as("one more critic, at two rates")
                .hasSize(19 + 3);
        for (Experiment experiment : Experiment.values()) {
            String report = Files.readString(folder.resolve("tiny-96/" + experiment.title() + "/report.html"));
            assertThat(report)
                    .contains("<svg", "<desc", "--keys 96 --tiny", "seeds 1 to 1", "Best possible on id")
                    .doesNotContain("http://", "https://", "<script", "NaN");
            JsonNode findings = new ObjectMapper()
                    .readTree(folder.resolve("tiny-96/" + experiment.title() + "/findings.json")
                            .toFile());
            for (JsonNode row : findings.path("rows")) {
                for (String test : experiment.tests()) {
                    if (row.has(test)) {
                        assertThat(report)
                                .contains(String.format(
                                        java.util.Locale.ROOT,
                                        "%.3f",
                                        row.path(test).asDouble()));
                    }
                }
            }
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenThereIsNoSuchDevice() {
        assertThat(errorOf("--tiny", "--out", folder.toString(), "--device", "abacus"))
                .contains("abacus", "cpu, cuda, or cuda:N");
        assertThat(errorOf("--tiny", "--out", folder.toString(), "--device", "cuda:99"))
                .containsIgnoringCase("cuda");
    }

    private int run() {
        return run(new DataEfficiencyCommand());
    }

    private int run(SyntheticCommand command, String... options) {
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(new StringWriter()));
        List<String> arguments = new ArrayList<>(List.of("--tiny", "--out", folder.toString()));
        arguments.addAll(List.of(options));
        return line.execute(arguments.toArray(String[]::new));
    }
}
