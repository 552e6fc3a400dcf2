package dev.touchstone.benchmarks.experiment.owndata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.producers.cli.OneSentence;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Verdict;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@OnTestCluster
class OwnDataCommandTest {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldRunEveryArmOnceAndSayWhatCameOfItWhenThereIsAReference() throws IOException {
        Path file = Files.writeString(folder.resolve("sums.jsonl"), Samples.gsm8k(24));
        assertThat(run("--data", file.toString())).as("%s", err).isZero();
        Path results = folder.resolve("own-data-sums-tiny/results.jsonl");
        assertThat(Files.readAllLines(results)).hasSize(7);
        JsonNode findings = findings("sums");
        assertThat(findings.path("rows"))
                .extracting(row -> row.path("arm").asText())
                .containsExactly(
                        "plain",
                        "critiqued 0.05",
                        "critiqued 0.40",
                        "shuffled 0.05",
                        "critique-only 0.05",
                        "filler",
                        "leaked");
        JsonNode critiqued = findings.path("rows").get(1);
        assertThat(critiqued.path("idBySeed")).hasSize(1);
        assertThat(critiqued.path("swapped").isNumber()).isTrue();
        assertThat(critiqued.path("absent").isNumber()).isTrue();
        assertThat(critiqued.path("train").isNumber()).isTrue();
        assertThat(critiqued.path("critic_0.40").isNumber()).isTrue();
        assertThat(critiqued.path("critic_0.05").isNull())
                .as("the critic of its training")
                .isTrue();
        assertThat(critiqued.path("best_of_n").asDouble()).isBetween(0.0, 1.0);
        assertThat(findings.path("data").path("notes").get(1).asText())
                .contains("24 prompts", "guessing makes it 0.333");
        assertThat(findings.path("rules"))
                .extracting(rule -> rule.path("rule").asText())
                .containsExactly(
                        "rule, given weights",
                        "rule, fitted",
                        "rule, given weights",
                        "rule, fitted",
                        "longer is better");
        assertThat(findings.path("rules").get(0).path("id").asDouble()).isGreaterThan(0.85);
        assertThat(findings.path("differences")).hasSize(6);
        assertThat(findings.path("ratios")).hasSize(6);
        assertThat(findings.path("headline")).isNotEmpty();
        assertThat(Files.readString(folder.resolve("own-data-sums-tiny/report.html")))
                .contains("<svg", "critiqued 0.05", "it knows the answer")
                .contains(String.format(
                        Locale.ROOT, "<td>%.3f (", critiqued.path("id").asDouble()))
                .contains(String.format(
                        Locale.ROOT, "<td>%.3f</td>", critiqued.path("swapped").asDouble()));
        assertThat(out.toString()).contains("it knows the answer").contains("48 pairs of 24 prompts");

        // One cell without a result, and another one without its outcomes.
        Path outcomes = folder.resolve("own-data-sums-tiny/outcomes.jsonl");
        Files.write(results, Files.readAllLines(results).subList(0, 6));
        Files.write(outcomes, Files.readAllLines(outcomes).subList(0, 5));
        String kept = Files.readString(results);
        assertThat(run("--data", file.toString(), "--so-far")).isEqualTo(2);
        assertThat(err.toString()).contains("No seed is complete");
        assertThat(run("--data", file.toString())).isZero();
        assertThat(Files.readString(results)).startsWith(kept);
        assertThat(Files.readAllLines(results)).hasSize(6 + 2);
        assertThat(Files.readAllLines(outcomes)).hasSize(7);
        assertThat(run("--data", file.toString(), "--so-far")).isZero();
        assertThat(findings("sums").path("rows")).hasSize(7);
    }

    @Test
    void shouldRunTheArmsThatNeedNoCriticWhenThereIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("bar.json"), Samples.llmBar(20));
        assertThat(run("--data", file.toString())).as("%s", err).isZero();
        assertThat(findings("bar").path("rows"))
                .extracting(row -> row.path("arm").asText())
                .containsExactly("plain", "filler", "leaked");
        assertThat(findings("bar").path("rows").get(0).path("cut").asDouble())
                .as("one prompt of twenty is cut, and no pair is lost")
                .isBetween(0.01, 0.1);
        assertThat(out.toString()).contains("nothing is said of critiques: there are none.");
    }

    @Test
    void shouldUseTheStoredCritiquesWhenPairsComeFromATopic() throws IOException {
        KafkaSettings kafka = TestCluster.shared().settings();
        TopicCatalogue topics = TestCluster.shared().topics("own-data.");
        send(kafka, topics.critiquedPairs().name());
        assertThat(run(
                        "--from-topics",
                        "--most",
                        "40",
                        "--topic-prefix",
                        "own-data.",
                        "--bootstrap-servers",
                        kafka.bootstrapServers(),
                        "--registry",
                        String.valueOf(kafka.client().get("schema.registry.url"))))
                .as("%s", err)
                .isZero();
        JsonNode findings = findings("own-data.critiqued-pairs");
        assertThat(findings.path("data").path("pairs").asInt()).isEqualTo(40);
        assertThat(findings.path("data").path("notes").get(0).asText())
                .contains("50 records")
                .contains("2 of them")
                .contains("a sample of 40");
        assertThat(findings.path("rows"))
                .extracting(row -> row.path("arm").asText())
                .containsExactly("plain", "critiqued", "shuffled", "critique-only", "filler", "leaked");
        assertThat(findings.path("rules").get(0).path("id").asDouble()).isEqualTo(1);
    }

    @Test
    void shouldSayInOneSentenceWhatIsWrongWhenItIsUsedWrongly() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--data", "x.json", "--from-topics")).isEqualTo(2);
        assertThat(run("--data", folder.resolve("none.json").toString())).isEqualTo(2);
        assertThat(run("--data", "x.json", "--threads", "0")).isEqualTo(2);
        assertThat(err.toString().lines())
                .hasSize(4)
                .anyMatch(line -> line.contains("either --data FILE or --from-topics"));
    }

    /** The real files: mvn -Dtouchstone.data=FOLDER names where gsm8k-model-solutions-1.jsonl and llmbar-natural.json are. */
    @Test
    void shouldReadTheRealFilesWhenTheirFolderIsNamed() {
        String named = System.getProperty("touchstone.data");
        assumeTrue(named != null, "-Dtouchstone.data=FOLDER is not given");
        Path real = Path.of(String.valueOf(named));
        OwnData sums = DataFile.read(real.resolve("gsm8k-model-solutions-1.jsonl"));
        assertThat(sums.prompts()).hasSizeGreaterThan(300);
        ReferenceCritic knowing = new ReferenceCritic(0, 1);
        VerdictWeights rule = VerdictWeights.equal(sums.pairs(), knowing);
        assertThat(sums.pairs().stream()
                        .mapToDouble(pair -> rule.right(pair, knowing))
                        .average()
                        .orElseThrow())
                .isGreaterThan(0.99);
        assertThat(DataFile.read(real.resolve("llmbar-natural.json")).pairs()).hasSize(100);
    }

    private JsonNode findings(String name) throws IOException {
        return new ObjectMapper()
                .readTree(folder.resolve("own-data-" + name + "-tiny/findings.json")
                        .toFile());
    }

    private int run(String... arguments) {
        CommandLine line = OneSentence.on(new CommandLine(new OwnDataCommand()));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of("--tiny", "--out", folder.toString()));
        all.addAll(List.of(arguments));
        return line.execute(all.toArray(String[]::new));
    }

    /** 48 pairs, a tie, and a record that is none. */
    private static void send(KafkaSettings settings, String topic) {
        try (Serializer<Object> serializer = settings.valueSerializer();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            for (int i = 0; i < 49; i++) {
                CritiquedPair pair = pair(i, i == 48 ? Preference.TIE : Preference.CHOSEN);
                producer.send(new ProducerRecord<>(
                        topic,
                        pair.getPair().getPairId().toString().getBytes(StandardCharsets.UTF_8),
                        serializer.serialize(topic, pair)));
            }
            producer.send(new ProducerRecord<>(topic, new byte[] {1, 2, 3}));
            producer.flush();
        }
    }

    private static CritiquedPair pair(int i, Preference preference) {
        List<Message> prompt = List.of(new Message("user", "Say " + i + "."));
        PreferencePair pair = PreferencePair.newBuilder()
                .setPairId(Ids.ofPair(prompt, "It is " + i + ".", "No."))
                .setPrompt(prompt)
                .setChosen("It is " + i + ".")
                .setRejected("No.")
                .setPreference(preference)
                .setLabelledAt(WHEN)
                .build();
        return CritiquedPair.newBuilder()
                .setPair(pair)
                .setChosenCritiques(List.of(critique("It does so.", Verdict.GOOD)))
                .setRejectedCritiques(List.of(critique("It does not.", Verdict.BAD)))
                .build();
    }

    private static Critique critique(String text, Verdict verdict) {
        return new Critique(
                text,
                List.of(new AspectVerdict("correctness", verdict)),
                "rubric",
                "v1",
                Map.of(),
                0,
                WHEN,
                null,
                null,
                null);
    }
}
