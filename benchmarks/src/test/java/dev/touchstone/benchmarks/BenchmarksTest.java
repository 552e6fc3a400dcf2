package dev.touchstone.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchmarksTest {

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Benchmarks.commandLine();
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private JsonNode report(String... arguments) throws IOException {
        Path file = folder.resolve("report.json");
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--tiny", "--threads", "1", "--rounds", "2", "--json", file.toString()));
        assertThat(run(all.toArray(String[]::new))).as("%s", err).isZero();
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void shouldReportEveryRatioWhenTheStepIsMeasuredBesidePython() throws IOException {
        JsonNode report =
                report("train-step", "--steps", "3", "--python", fakePython().toString());

        assertThat(report.path("name").asText()).isEqualTo("train-step");
        assertThat(report.path("ratios").fieldNames())
                .toIterable()
                .containsExactly("vsNdArrayOps", "ofMatmulTime", "vsEager", "vsTrl", "vsTrlDefaults");
        assertThat(report.path("ratios"))
                .allSatisfy(ratio -> assertThat(ratio.asDouble()).isNotNaN());
        JsonNode context = report.path("context");
        assertThat(context.path("machine").path("threads").asInt()).isEqualTo(1);
        assertThat(context.path("machine").path("jdk").asText()).isNotEmpty();
        assertThat(context.path("rssMiB").path("3").asLong()).isPositive();
        assertThat(context.path("python").path("torch").asText()).isEqualTo("fake");
        assertThat(context.path("milliseconds").path("eager").path("median").asDouble())
                .isEqualTo(7.5);
        assertThat(context.path("milliseconds").path("step").path("min").asDouble())
                .isPositive();
    }

    @Test
    void shouldReportNothingOfPythonWhenThereIsNone() throws IOException {
        JsonNode report = report("train-step", "--steps", "1");

        assertThat(report.path("ratios").fieldNames()).toIterable().containsExactly("vsNdArrayOps", "ofMatmulTime");
    }

    @Test
    void shouldReportARatioWhenScoringIsMeasured() throws IOException {
        JsonNode report = report("score");

        assertThat(report.path("name").asText()).isEqualTo("score");
        assertThat(report.path("ratios").path("vsPadded").asDouble()).isPositive();
        assertThat(report.path("context").path("sequencesPerSecond").asDouble()).isPositive();
    }

    @Test
    void shouldReportEveryRatioWhenTheCritiqueStreamIsMeasured() throws IOException {
        Path file = folder.resolve("report.json");

        assertThat(run("critique", "--tiny", "--restore", "40", "--json", file.toString()))
                .as("%s", err)
                .isZero();

        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.path("name").asText()).isEqualTo("critique");
        assertThat(report.path("ratios").fieldNames())
                .toIterable()
                .containsExactly(
                        "memoryOfAllowance",
                        "efficiency4",
                        "vsBlocking",
                        "vsParallelConsumer",
                        "vsParallelConsumerDefaults",
                        "addedP50OfCommitInterval",
                        "addedP99OfCommitInterval");
        JsonNode context = report.path("context");
        // No side may have more in flight than it was allowed.
        assertThat(context.path("stage").path("4").path("mostInFlight").asInt()).isBetween(1, 4);
        assertThat(context.path("others").path("blocking").path("mostInFlight").asInt())
                .isBetween(1, 4);
        assertThat(context.path("others")
                        .path("parallelConsumer")
                        .path("callsPerSecond")
                        .asDouble())
                .isPositive();
        // What the fake LLM is told to take.
        assertThat(context.path("stage").path("4").path("latencyMs").asDouble()).isGreaterThanOrEqualTo(50);
        JsonNode restart = context.path("restart");
        assertThat(restart.path("cached").asInt()).isEqualTo(40);
        assertThat(restart.path("runningMs").asDouble()).isPositive();
        assertThat(restart.path("firstAnswerMs").asDouble()).isPositive();
    }

    @Test
    void shouldMeasureOnlyWhatIsNamedWhenPartsAreNamed() throws IOException {
        Path file = folder.resolve("report.json");

        assertThat(run("critique", "--tiny", "--only", "STAGE", "--json", file.toString()))
                .as("%s", err)
                .isZero();

        assertThat(new ObjectMapper().readTree(file.toFile()).path("ratios").fieldNames())
                .toIterable()
                .containsExactly("efficiency4");
    }

    @Test
    void shouldHoldTheTrainerAgainstItsOwnStepsAndWatchItsLag() throws IOException {
        Path file = folder.resolve("report.json");

        assertThat(run("trainer", "--tiny", "--json", file.toString()))
                .as("%s", err)
                .isZero();

        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.path("ratios").fieldNames()).toIterable().containsExactly("ofModelSteps");
        assertThat(report.path("ratios").path("ofModelSteps").asDouble()).isPositive();
        JsonNode context = report.path("context");
        assertThat(context.path("pairsPerSecond").asDouble()).isPositive();
        assertThat(context.path("lagAt80PercentOfRate").path("mostSeconds").asDouble())
                .isNotNegative();
    }

    @Test
    void shouldHoldTheScorerOverHttpAgainstBatchesWithoutIt() throws IOException {
        assumeTrue(
                Files.exists(ProjectHome.find().resolve("scorer/target/quarkus-app/quarkus-run.jar")),
                "The scorer is not packaged yet: mvn package does that.");
        Path file = folder.resolve("report.json");

        assertThat(run("scorer-http", "--tiny", "--json", file.toString()))
                .as("%s", err)
                .isZero();

        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.path("ratios").path("ofOfflineBatches").asDouble()).isPositive();
        assertThat(report.path("context").path("held").path("answered").asInt()).isEqualTo(16);
    }

    @Test
    void shouldAnswerRightWhenTheModelIsExchangedAndMeasureTopicsAndStarts() throws IOException {
        assumeTrue(
                Files.exists(ProjectHome.find().resolve("scorer/target/quarkus-app/quarkus-run.jar")),
                "The scorer is not packaged yet: mvn package does that.");
        Path file = folder.resolve("report.json");

        assertThat(run("scorer-topic", "--tiny", "--json", file.toString()))
                .as("%s", err)
                .isZero();

        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.path("ratios").fieldNames())
                .toIterable()
                .containsExactly("beyondForwardP50OfAllowed", "beyondForwardP99OfAllowed", "rightAnswers");
        assertThat(report.path("ratios").path("rightAnswers").asDouble()).isEqualTo(1);
        JsonNode context = report.path("context");
        assertThat(context.path("topic").path("counted").asInt()).isEqualTo(12);
        assertThat(context.path("topic").path("batches").asDouble()).isBetween(1.0, 12.0);
        assertThat(context.path("topic").path("commitMs").asDouble()).isPositive();
        JsonNode swaps = context.path("swaps");
        assertThat(swaps.path("swaps").asInt()).isEqualTo(5);
        assertThat(swaps.path("answers").asInt()).isPositive();
        // Else an answer by the wrong version would pass for a right one.
        assertThat(swaps.path("leastDifferenceOfLogits").asDouble()).isGreaterThan(0.01);
        assertThat(context.path("start").path("startToReadyMs").asDouble()).isPositive();
    }

    @Test
    void shouldWriteProgramAndLayoutWhenAnArchiveIsWanted() throws IOException {
        assertThat(run("archive", "--size", "tiny", "--out", folder.toString())).isZero();

        JsonNode layout =
                new ObjectMapper().readTree(folder.resolve("layout.json").toFile());
        JsonNode last = layout.path("parameters").path(layout.path("parameters").size() - 1);
        assertThat(last.path("offset").asLong() + last.path("shape").path(0).asLong())
                .isEqualTo(layout.path("size").asLong());
        assertThat(folder.resolve("model.pt")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unknown",
                "train-step --rounds 0",
                "train-step --steps 0",
                "train-step --python /nowhere/python",
                "score --json /nowhere/report.json",
                "score --precision FP8",
                "score --batch-tokens 0",
                "critique --rounds 0",
                "critique --in-flight 64,0",
                "critique --restore -1",
                "critique --only NOTHING",
                "critique --json /nowhere/report.json",
                "scorer-topic --swaps 0",
                "scorer-topic --only NOTHING",
                "archive --size 9b --out .",
                "archive --size tiny --out /dev/null/folder"
            })
    void shouldExitWithTwoAndOneSentenceWhenUsedWrongly(String arguments) {
        assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);

        assertThat(err.toString().strip()).endsWith(".").doesNotContain("\n");
    }

    @Test
    void shouldSayWhatPythonSaidWhenItEnds() throws IOException {
        Path python = script("echo \"No module named 'torch'\" >&2");

        assertThat(run("train-step", "--tiny", "--threads", "1", "--steps", "1", "--python", python.toString()))
                .isEqualTo(2);

        assertThat(err.toString()).contains("No module named 'torch'");
    }

    /** Answers as our scripts do, at once. */
    private Path fakePython() throws IOException {
        return script("echo '{\"torch\":\"fake\"}'; while read -r steps; do echo '{\"ms\":[7.5]}'; done");
    }

    private Path script(String body) throws IOException {
        Path file = folder.resolve("python");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
