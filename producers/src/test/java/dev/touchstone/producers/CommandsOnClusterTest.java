package dev.touchstone.producers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.OneSentence;
import dev.touchstone.producers.feed.Feed;
import dev.touchstone.producers.ingest.IngestCommand;
import dev.touchstone.producers.simulate.SimulateCommand;
import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands against a real broker and a real registry. */
@OnTestCluster
class CommandsOnClusterTest {
    private static final TestCluster CLUSTER = TestCluster.shared();

    @TempDir
    private Path folder;

    @Test
    void shouldAddNothingNewWhenAFileIsIngestedTwice() throws IOException {
        TopicCatalogue topics = CLUSTER.topics("p1.");
        Path file = folder.resolve("labels.jsonl");
        List<String> lines = IntStream.range(0, 50)
                .mapToObj(i -> "{\"prompt\":\"Question " + i + "\",\"chosen\":\"yes\",\"rejected\":\"no\"}")
                .collect(Collectors.toCollection(ArrayList::new));
        lines.add(7, "not json");
        lines.add(9, "{\"prompt\":\"a\",\"chosen\":\"" + "x".repeat(3_000) + "\",\"rejected\":\"y\"}");
        Files.write(file, lines);
        Path rejects = folder.resolve("rejects.jsonl");
        Path json = folder.resolve("report.json");
        String[] arguments = {
            "ingest",
            "pairs",
            file.toString(),
            "--topic-prefix",
            "p1.",
            "--max-bytes",
            "2000",
            "--rejects",
            rejects.toString(),
            "--json",
            json.toString()
        };

        Outcome first = run(arguments);
        Outcome second = run(arguments);

        assertThat(first.exitCode()).as(first.error()).isZero();
        assertThat(second.exitCode()).as(second.error()).isZero();
        assertThat(first.output())
                .contains("50 pairs sent")
                .contains("not a JSON object: 1")
                .contains("oversized: 1");
        assertThat(first.error()).contains("line 8: The line is not JSON.").contains("line 10: The record has 30");
        assertThat(Files.readAllLines(rejects)).containsExactly(lines.get(7), lines.get(9));
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("accepted").asInt()).isEqualTo(50);
        assertThat(report.at("/rejected/oversized").asInt()).isEqualTo(1);

        List<PreferencePair> pairs =
                Records.readAll(CLUSTER.settings(), topics.pairs().name(), PreferencePair.class);
        assertThat(pairs).hasSize(100);
        Map<UUID, List<PreferencePair>> byId = pairs.stream().collect(Collectors.groupingBy(PreferencePair::getPairId));
        assertThat(byId).hasSize(50).allSatisfy((id, same) -> assertThat(same).hasSize(2));
        assertThat(pairs).allSatisfy(pair -> assertThat(pair.getSource()).isEqualTo("labels"));
        for (ConsumerRecord<byte[], byte[]> record :
                Records.readAll(CLUSTER.settings(), topics.pairs().name())) {
            String key = new String(record.key(), UTF_8);
            assertThat(byId).containsKey(UUID.fromString(key));
            assertThat(record.headers().lastHeader("ce_id").value())
                    .asString(UTF_8)
                    .isEqualTo(key);
            assertThat(record.headers().lastHeader("ce_type").value())
                    .asString(UTF_8)
                    .isEqualTo("dev.touchstone.pair");
        }
    }

    @Test
    void shouldIngestCompletionsWithMappedFields() throws IOException {
        TopicCatalogue topics = CLUSTER.topics("p2.");
        Path file = folder.resolve("answers.jsonl");
        Files.writeString(file, "{\"q\":\"Hi\",\"a\":\"Hello\",\"id\":\"x\"}\n{\"q\":\"Hi\",\"a\":\"\"}\n");

        Outcome outcome = run(
                "ingest",
                "completions",
                file.toString(),
                "--topic-prefix",
                "p2.",
                "--prompt-field",
                "q",
                "--completion-field",
                "a",
                "--source",
                "web");

        assertThat(outcome.exitCode()).as(outcome.error()).isZero();
        assertThat(outcome.output()).contains("The completion is empty: 1");
        assertThat(Records.readAll(CLUSTER.settings(), topics.completions().name(), Completion.class))
                .extracting(Completion::getCompletion, Completion::getSource)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("Hello", "web"));
    }

    @Test
    void shouldExitWith1WhenNothingAtAllWasAccepted() throws IOException {
        CLUSTER.topics("p3.");
        Path file = folder.resolve("bad.jsonl");
        Files.write(file, IntStream.range(0, 15).mapToObj(i -> "bad " + i).toList());

        Outcome outcome = run("ingest", "pairs", file.toString(), "--topic-prefix", "p3.");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.error().lines().filter(line -> line.startsWith("line ")))
                .hasSize(10);
        assertThat(outcome.output()).contains("0 pairs sent").contains("15 lines rejected");
    }

    @Test
    void shouldSendWhatTheSimulatorGives() {
        TopicCatalogue topics = CLUSTER.topics("p4.");

        Outcome outcome = run(
                "simulate",
                "--pairs",
                "60",
                "--completions",
                "20",
                "--seed",
                "9",
                "--flip",
                "0.2",
                "--topic-prefix",
                "p4.",
                "--rate",
                "400");

        assertThat(outcome.exitCode()).as(outcome.error()).isZero();
        assertThat(outcome.output()).contains("60 pairs and 20 completions sent");
        assertThat(Records.readAll(CLUSTER.settings(), topics.pairs().name(), PreferencePair.class))
                .containsExactlyInAnyOrderElementsOf(
                        new Simulator(9, 0.2).pairs().limit(60).toList());
        assertThat(Records.readAll(CLUSTER.settings(), topics.completions().name(), Completion.class))
                .containsExactlyInAnyOrderElementsOf(
                        new Simulator(9, 0.2).completions().limit(20).toList());
    }

    @Test
    void shouldTellProgressOnceForEachRecord() {
        TopicCatalogue topics = CLUSTER.topics("p5.");
        AtomicLong last = new AtomicLong();
        AtomicLong calls = new AtomicLong();
        try (Feed feed = Feed.open(
                CLUSTER.settings(),
                topics,
                Feed.DEFAULT_MAX_BYTES,
                Duration.ofSeconds(60),
                Clock.systemUTC(),
                count -> {
                    last.set(count);
                    calls.incrementAndGet();
                })) {
            new Simulator(1, 0)
                    .pairs()
                    .limit(30)
                    .forEach(pair -> assertThat(feed.send(pair)).isEmpty());
            feed.flush();
            assertThat(feed.acknowledged()).isEqualTo(30);
        }
        assertThat(last).hasValue(30);
        assertThat(calls).hasValue(30);
    }

    @Test
    void shouldExitWith2AndOneSentenceWhenTheTopicsAreMissing() {
        Outcome outcome = run("simulate", "--pairs", "1", "--topic-prefix", "nowhere.");

        assertOneSentence(outcome, "The topic nowhere.pairs does not exist");
    }

    @Test
    void shouldExitWith2AndOneSentenceWhenTheRegistryIsNoneOrIsAway() {
        CLUSTER.topics("p6.");
        assertOneSentence(
                run("simulate", "--topic-prefix", "p6.", "--registry", "nonsense"), "no http or https address");

        TopicCatalogue topics = new TopicCatalogue("p6.");
        KafkaSettings settings = CLUSTER.settings().with("schema.registry.url", "http://127.0.0.1:9");
        try (Feed feed = open(settings, topics)) {
            PreferencePair pair = new Simulator(1, 0).pairs().findFirst().orElseThrow();
            assertThatThrownBy(() -> feed.send(pair))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("http://127.0.0.1:9 cannot be reached");
        }
    }

    @Test
    void shouldGiveUpInOneSentenceWhenNoBrokerAnswers() {
        KafkaSettings settings = CLUSTER.settings().with("bootstrap.servers", "127.0.0.1:9");

        assertThatThrownBy(() -> open(settings, new TopicCatalogue("p7.")))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("No Kafka broker answers at 127.0.0.1:9");
    }

    @Test
    void shouldExitWith2AndOneSentenceWhenUsedWrongly() {
        assertOneSentence(run("ingest", "pairs", folder.resolve("none.jsonl").toString()), "There is no file");
        assertOneSentence(run("ingest", "pairs", folder.toString()), "cannot be read");
        assertOneSentence(run("ingest", "pairs"), "FILE");
        assertOneSentence(run("ingest", "pairs", "-", "--limit", "0"), "at least 1");
        assertOneSentence(run("ingest"), "subcommand");
        assertOneSentence(run("simulate", "--pairs", "0", "--completions", "0"), "nothing to send");
        assertOneSentence(run("simulate", "--flip", "2"), "--flip");
        assertOneSentence(run("simulate", "--rate", "-1"), "--rate");
        assertOneSentence(run("simulate", "--topic-prefix", "a b"), "topic prefix");
    }

    private static Feed open(KafkaSettings settings, TopicCatalogue topics) {
        return Feed.open(
                settings, topics, Feed.DEFAULT_MAX_BYTES, Duration.ofSeconds(1), Clock.systemUTC(), count -> {});
    }

    private static void assertOneSentence(Outcome outcome, String words) {
        assertThat(outcome.exitCode()).as(outcome.error()).isEqualTo(2);
        assertThat(outcome.error().strip().lines()).as(outcome.error()).hasSize(1);
        assertThat(outcome.error()).contains(words).doesNotContain("Exception");
    }

    @Command(
            name = "touchstone",
            subcommands = {IngestCommand.class, SimulateCommand.class})
    private static final class Root {}

    private record Outcome(int exitCode, String output, String error) {}

    private static Outcome run(String... arguments) {
        StringWriter output = new StringWriter();
        StringWriter error = new StringWriter();
        Map<String, Object> client = CLUSTER.settings().client();
        List<String> all = new ArrayList<>(List.of(arguments));
        if (all.size() > 2) {
            all.addAll(List.of(
                    "--bootstrap-servers", client.get("bootstrap.servers").toString()));
            if (!all.contains("--registry")) {
                all.addAll(
                        List.of("--registry", client.get("schema.registry.url").toString()));
            }
        }
        int exitCode = OneSentence.on(new CommandLine(new Root()))
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(error, true))
                .execute(all.toArray(String[]::new));
        return new Outcome(exitCode, output.toString(), error.toString());
    }
}
