package dev.touchstone.quickstart.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.quickstart.CommandRun;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The command on a real broker and registry. */
@OnTestCluster
class ExportTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int PAIRS = 20;

    @TempDir
    private Path folder;

    private String prefix;
    private TopicCatalogue topics;

    @BeforeEach
    void makeTopics(TestInfo test) {
        prefix = test.getTestMethod().orElseThrow().getName() + ".";
        topics = CLUSTER.topics(prefix);
    }

    @Test
    void shouldGiveTheSamePairsWhenWhatWasExportedIsIngested() throws Exception {
        send();
        Path file = folder.resolve("pairs.jsonl");
        CommandRun run = export(file);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("20 pairs in").contains("1 ties and 1 records");
        String end = run.out().replaceAll("(?s).*TOUCHSTONE_BEGIN_FROM=(\\S+).*", "$1");
        assertThat(end).matches("0:\\d+,1:\\d+,2:\\d+,3:\\d+");
        assertThat(Stream.of(end.split(","))
                        .mapToInt(each -> Integer.parseInt(each.substring(2)))
                        .sum())
                .as(end)
                .isEqualTo(PAIRS + 2); // a tie and a record that is none
        assertThat(lines(file)).hasSize(PAIRS).allSatisfy(line -> {
            assertThat(line.path("prompt").get(0).path("role").asText()).isEqualTo("user");
            assertThat(line.path("chosen")).hasSize(1);
            assertThat(line.has("chosenCritique")).isFalse();
        });
        assertThat(folder).isDirectoryNotContaining("glob:**.part");

        String other = prefix + "again.";
        TopicCatalogue again = CLUSTER.topics(other);
        CommandRun ingest = CommandRun.on(CLUSTER.settings(), other, "ingest", "pairs", file.toString());
        assertThat(ingest.exitCode()).as(ingest.err()).isZero();
        RecordDecoder<PreferencePair> decoder = CLUSTER.settings().decoder(PreferencePair.class);
        List<UUID> ids = new ArrayList<>();
        for (var record : Records.readAll(CLUSTER.settings(), again.pairs().name())) {
            Decoded<PreferencePair> decoded = decoder.decode(record.topic(), record.value());
            assertThat(decoded).isInstanceOf(Decoded.Valid.class);
            if (decoded instanceof Decoded.Valid<PreferencePair> valid) {
                ids.add(valid.value().getPairId());
                assertThat(valid.value().getSource()).isEqualTo("people");
            }
        }
        List<UUID> sent = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            sent.add(pair(i, Preference.CHOSEN).getPair().getPairId());
        }
        assertThat(ids).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void shouldWriteTheFirstCritiqueAsFieldsOrAsATurnWhenAsked() throws Exception {
        send();
        Path fields = folder.resolve("fields.jsonl");
        Path turns = folder.resolve("turns.jsonl");
        assertThat(export(fields, "--critiques", "fields").exitCode()).isZero();
        assertThat(export(turns, "--critiques", "turn").exitCode()).isZero();
        assertThat(lines(fields)).allSatisfy(line -> {
            assertThat(line.path("chosenCritique").asText()).isEqualTo("Good. ");
            assertThat(line.path("rejectedCritique").isNull()).isTrue();
        });
        assertThat(lines(turns)).hasSize(PAIRS).allSatisfy(line -> {
            assertThat(line.path("chosen").get(1).path("role").asText()).isEqualTo("user");
            assertThat(line.path("chosen").get(1).path("content").asText()).isEqualTo("Critique:\nGood.");
            assertThat(line.path("rejected").get(1).path("content").asText()).isEqualTo("<no_critique>");
        });
    }

    @Test
    void shouldSayInOneSentenceWhatIsWrongWhenItIsUsedWrongly() throws Exception {
        Path there = Files.writeString(folder.resolve("there.jsonl"), "mine");
        CommandRun run = export(there);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("is there already").doesNotContain("\tat ");
        assertThat(there).hasContent("mine");
        assertThat(export(folder.resolve("none/pairs.jsonl")).err()).contains("cannot be written");
        CommandRun nowhere = CommandRun.on(
                CLUSTER.settings(),
                "nothing-of-this-name.",
                "export",
                folder.resolve("x").toString());
        assertThat(nowhere.exitCode()).isEqualTo(2);
        assertThat(nowhere.err()).contains("There is no topic");
    }

    private CommandRun export(Path file, String... options) {
        List<String> arguments = new ArrayList<>(List.of("export", file.toString()));
        arguments.addAll(List.of(options));
        return CommandRun.on(CLUSTER.settings(), prefix, arguments.toArray(String[]::new));
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    /** Pairs, a tie, and a record that is none. */
    private void send() {
        String topic = topics.critiquedPairs().name();
        KafkaSettings settings = CLUSTER.settings();
        try (Serializer<Object> serializer = settings.valueSerializer();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            for (int i = 0; i <= PAIRS; i++) {
                CritiquedPair pair = pair(i, i == PAIRS ? Preference.TIE : Preference.CHOSEN);
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
        return CritiquedPair.newBuilder()
                .setPair(PreferencePair.newBuilder()
                        .setPairId(Ids.ofPair(prompt, "It is " + i + ".", "No."))
                        .setPrompt(prompt)
                        .setChosen("It is " + i + ".")
                        .setRejected("No.")
                        .setPreference(preference)
                        .setSource("people")
                        .setLabelledAt(WHEN)
                        .build())
                .setChosenCritiques(List.of(critique("Another sample.", 1), critique("Good. ", 0)))
                .setRejectedCritiques(List.of())
                .build();
    }

    private static Critique critique(String text, int sample) {
        return new Critique(text, List.of(), "rubric", "v1", Map.of(), sample, WHEN, null, null, null);
    }
}
