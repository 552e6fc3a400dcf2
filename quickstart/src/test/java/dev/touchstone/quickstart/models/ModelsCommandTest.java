package dev.touchstone.quickstart.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.quickstart.CommandRun;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.ModelAction;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./touchstone models} on a real broker; the trainer's part is played by hand. */
@OnTestCluster
class ModelsCommandTest {
    private static final KafkaSettings KAFKA = TestCluster.shared().settings();
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private TopicCatalogue topics;

    @BeforeEach
    void makeTopics(TestInfo test) {
        topics = TestCluster.shared().topics(test.getTestMethod().orElseThrow().getName() + ".");
    }

    @Test
    void shouldListVersionsWithTheirNamesWhenThereAreSome() throws Exception {
        for (int i = 1; i <= 5; i++) {
            version("m", "step-" + i, i);
        }
        version("other", "step-9", 9);
        name("m", Aliases.CHAMPION, "step-4");
        name("m", "ppo", "step-1");
        name("m", "gone", "step-2");
        Records.sendBytes(KAFKA, topics.models().name(), "m/gone".getBytes(StandardCharsets.UTF_8), null);
        Path json = folder.resolve("list.json");

        CommandRun run = run("list", "--newest", "2", "--json", json.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().skip(1).map(line -> line.split(" +")[0]))
                .containsExactly("step-1", "step-4", "step-5");
        assertThat(run.out()).contains("0.804", "REJECTED", "champion", "ppo").doesNotContain("gone", "step-9");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("versions").path(1).path("names").path(0).asText())
                .isEqualTo("champion");

        CommandRun shown = run("show", "champion");
        assertThat(shown.exitCode()).isZero();
        assertThat(shown.out()).contains("step-4", "It lost.", "heldOutAccuracy", "champion by trainer");
        assertThat(run("show", "step-7").err()).contains("There is no version step-7");
        assertThat(run("show", "step-7").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldSayWhatTheTrainerAnsweredWhenItIsAsked() throws Exception {
        version("m", "step-1", 1);
        name("m", Aliases.CHAMPION, "step-1");
        CompletableFuture<ModelRequest> promoted = answerNext(0, true, "Done.");
        CommandRun run = run("pin", "ppo", "champion", "--reason", "a phase", "--by", "me");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("Done." + System.lineSeparator());
        assertThat(promoted.get())
                .returns(ModelAction.PIN, ModelRequest::getAction)
                .returns("ppo", ModelRequest::getAlias)
                .returns("step-1", ModelRequest::getVersionId) // a name of it was given
                .returns("a phase", ModelRequest::getReason)
                .returns("me", ModelRequest::getRequestedBy)
                .returns("m", ModelRequest::getModelId);

        Path json = folder.resolve("answer.json");
        CompletableFuture<ModelRequest> refused = answerNext(1, false, "No.");
        CommandRun second = run("rollback", "--json", json.toString());
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).isEqualTo("No." + System.lineSeparator());
        assertThat(refused.get()).returns(System.getProperty("user.name"), ModelRequest::getRequestedBy);
        assertThat(new ObjectMapper().readTree(json.toFile()).path("accepted").asBoolean(true))
                .isFalse();
    }

    @Test
    void shouldFetchNothingWhenTheVersionIsUnknownOrTheFolderIsThere() {
        version("m", "step-1", 1);
        CommandRun unknown = run("fetch", "step-2", folder.resolve("new").toString());
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err())
                .startsWith("There is no version step-2 of model m")
                .hasLineCount(1);
        CommandRun there = run("fetch", "step-1", folder.toString());
        assertThat(there.exitCode()).isEqualTo(2);
        assertThat(there.err()).contains("is there already").hasLineCount(1);
    }

    @Test
    void shouldSaySoWhenNoTrainerAnswers() {
        Instant before = Instant.now();
        CommandRun run = run("hold", "--timeout", "1");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("No trainer of model m answered within 1 s")
                .hasLineCount(1);
        ModelRequest request = Records.readAll(KAFKA, topics.modelRequests().name(), ModelRequest.class)
                .get(0);
        assertThat(request.getExpiresAt()).isBetween(before, Instant.now());
        assertThat(run("hold", "--timeout", "0").exitCode()).isEqualTo(2);
        assertThat(run("list").err()).contains("There is no version of a model m");
    }

    /** Answers the request at a place of the topic, as a trainer would. */
    private CompletableFuture<ModelRequest> answerNext(int place, boolean accepted, String detail) {
        return CompletableFuture.supplyAsync(() -> {
            List<ModelRequest> requests;
            do {
                requests = Records.readAll(KAFKA, topics.modelRequests().name(), ModelRequest.class);
            } while (requests.size() <= place);
            ModelRequest request = requests.get(place);
            Records.send(
                    KAFKA,
                    topics.modelAnswers().name(),
                    "a",
                    new ModelAnswer(request.getRequestId(), "m", accepted, detail, WHEN));
            return request;
        });
    }

    private void version(String model, String version, int step) {
        Records.send(
                KAFKA,
                topics.checkpoints().name(),
                model + "/" + version,
                CheckpointManifest.newBuilder()
                        .setModelId(model)
                        .setVersionId(version)
                        .setUri("file:///nowhere")
                        .setSha256("00")
                        .setStep(step)
                        .setOffsets(List.of())
                        .setTrainedPairs(10 * step)
                        .setHeldOutPairs(step)
                        .setMetrics(Map.of("heldOutAccuracy", 0.8 + step / 1000.0))
                        .setGate(GateDecision.REJECTED)
                        .setGateReasons(List.of("It lost."))
                        .setCreatedAt(WHEN)
                        .build());
    }

    private void name(String model, String alias, String version) {
        Records.send(
                KAFKA,
                topics.models().name(),
                Aliases.key(model, alias),
                new ModelAlias(model, alias, version, List.of("Because."), "trainer", WHEN));
    }

    private CommandRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("models"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("--model", "m"));
        return CommandRun.on(KAFKA, topics.prefix(), all.toArray(String[]::new));
    }
}
