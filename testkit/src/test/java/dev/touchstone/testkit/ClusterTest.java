package dev.touchstone.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryException;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.testkit.cluster.EmbeddedBroker;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The serdes, the catalogue and the cluster together, on a real broker and a real registry. */
@OnTestCluster
class ClusterTest {
    private static final TestCluster CLUSTER = TestCluster.shared();
    private static final KafkaSettings SETTINGS = CLUSTER.settings();

    @Test
    void shouldReadBackWhatWasWrittenWhenBrokerAndRegistryAreReal() {
        TopicCatalogue topics = CLUSTER.topics("roundtrip.");
        PreferencePair pair = pair(UUID.fromString("00000000-0000-4000-8000-000000000001"));
        Records.send(SETTINGS, topics.pairs().name(), pair.getPairId().toString(), pair);
        assertThat(Records.readAll(SETTINGS, topics.pairs().name(), PreferencePair.class))
                .containsExactly(pair);
    }

    @Test
    void shouldCreateEveryTopicOnceWhenAskedTwice() {
        TopicCatalogue topics = new TopicCatalogue("twice.");
        TopicAdmin admin = new TopicAdmin(SETTINGS, Duration.ofSeconds(60));
        int all = topics.all().size();
        assertThat(admin.missing(topics)).hasSize(all);
        assertThat(admin.createMissing(topics)).hasSize(all).allMatch(name -> name.startsWith("twice."));
        assertThat(admin.createMissing(topics)).isEmpty();
        assertThat(admin.missing(topics)).isEmpty();
    }

    @Test
    void shouldCreateAsManyPartitionsAsAskedForWhenATopicCarriesTexts() {
        TopicCatalogue topics = new TopicCatalogue("wide.", 7);
        TopicAdmin admin = new TopicAdmin(SETTINGS, Duration.ofSeconds(60));
        assertThat(admin.partitions(topics)).isEmpty();
        admin.createMissing(topics);
        assertThat(admin.partitions(new TopicCatalogue("wide.")))
                .hasSize(topics.all().size())
                .containsEntry(topics.pairs().name(), 7)
                .containsEntry(topics.completions().name(), 7)
                .containsEntry(topics.critiquedPairs().name(), 7)
                .containsEntry(topics.critiquedCompletions().name(), 7)
                .containsEntry(topics.rewards().name(), 7)
                .containsEntry(topics.trainingLedger().name(), 1)
                .containsEntry(topics.deadLetters().name(), 1);
    }

    @Test
    void shouldRefuseAnIncompatibleSchemaWhenTheSubjectIsFullTransitive() {
        TopicCatalogue topics = CLUSTER.topics("compatible.");
        Schema other = SchemaBuilder.record("PreferencePair")
                .namespace("dev.touchstone.schemas.v1")
                .fields()
                .requiredLong("pairId")
                .endRecord();
        assertThatThrownBy(() ->
                        new RegistryClient(SETTINGS.client()).id(topics.pairs().name() + "-value", other, true))
                .isInstanceOf(RegistryException.class)
                .extracting("status")
                .isEqualTo(409);
    }

    @Test
    void shouldBlameTheRecordWhenBytesAreNoRecord() {
        String topic = CLUSTER.topics("bytes.").pairs().name();
        RecordDecoder<PreferencePair> decoder = SETTINGS.decoder(PreferencePair.class);
        byte[] good = SETTINGS.valueSerializer().serialize(topic, pair(UUID.randomUUID()));
        byte[] cut = Arrays.copyOf(good, good.length - 3);
        byte[] longer = Arrays.copyOf(good, good.length + 3);
        byte[] unknownId = ByteBuffer.wrap(good.clone()).putInt(1, 999_999).array();
        // A string that claims to be two gigabytes long.
        byte[] hugeLength = ByteBuffer.allocate(10)
                .put(good, 0, 5)
                .put(new byte[] {-2, -1, -1, -1, 15})
                .array();
        // A prompt that claims to have a billion turns, behind a valid id (a string of 36 characters).
        byte[] hugeArray = ByteBuffer.allocate(60)
                .put(good, 0, 42)
                .put(new byte[] {-128, -88, -42, -71, 7})
                .array();
        byte[] otherRecord = SETTINGS.valueSerializer().serialize("bytes.other", new Message("user", "not a pair"));

        assertThat(decoder.decode(topic, good)).isInstanceOf(Decoded.Valid.class);
        for (byte[] bad : List.of(
                new byte[0],
                "no avro".getBytes(StandardCharsets.UTF_8),
                new byte[] {0, 0},
                cut,
                longer,
                unknownId,
                hugeLength,
                hugeArray,
                otherRecord)) {
            assertThat(decoder.decode(topic, bad)).isInstanceOf(Decoded.Undecodable.class);
        }
        assertThat(decoder.decode(topic, null)).isInstanceOf(Decoded.Undecodable.class);
    }

    @Test
    void shouldBlameTheRegistryWhenItIsAway() {
        KafkaSettings away = SETTINGS.with("schema.registry.url", "http://127.0.0.1:" + Ports.free())
                .with(RegistryClient.WAIT_MS, "300");
        String topic = CLUSTER.topics("away.").pairs().name();
        byte[] good = SETTINGS.valueSerializer().serialize(topic, pair(UUID.randomUUID()));
        assertThatThrownBy(() -> away.decoder(PreferencePair.class).decode(topic, good))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.url");
    }

    @Test
    void shouldReadAGenericRecordWhenNoClassIsAskedFor() {
        KafkaSettings generic = SETTINGS.with("specific.avro.reader", "false");
        String topic = CLUSTER.topics("generic.").pairs().name();
        byte[] good = SETTINGS.valueSerializer().serialize(topic, pair(UUID.randomUUID()));
        RecordDecoder<GenericData.Record> decoder = generic.decoder(GenericData.Record.class);
        assertThat(decoder.decode(topic, good))
                .isInstanceOfSatisfying(
                        Decoded.Valid.class,
                        valid -> assertThat(((GenericRecord) valid.value())
                                        .get("chosen")
                                        .toString())
                                .isEqualTo("It is 4."));
    }

    @Test
    void shouldSwapInAnotherSerializerWhenTheSettingsNameIt() {
        KafkaSettings strings =
                SETTINGS.with("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        byte[] bytes = ((org.apache.kafka.common.serialization.Serializer<Object>) strings.valueSerializer())
                .serialize("any", "plain");
        assertThat(bytes).isEqualTo("plain".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(
                        () -> SETTINGS.with("value.serializer", "no.such.Class").valueSerializer())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no.such.Class");
    }

    @Test
    void shouldRefuseAValueWhenItIsNoAvroRecord() {
        assertThatThrownBy(() -> SETTINGS.valueSerializer().serialize("any", "text"))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void shouldSayWhatToDoWhenNoBrokerAnswers() {
        KafkaSettings nobody = KafkaSettings.of(Map.of("bootstrap.servers", "127.0.0.1:" + Ports.free()));
        assertThatThrownBy(() -> new TopicAdmin(nobody, Duration.ofSeconds(2)).missing(new TopicCatalogue("rm.")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("KAFKA_BOOTSTRAP_SERVERS");
    }

    @EmbeddedOnly("starts a second broker on the folder of the first")
    @Test
    void shouldRefuseASecondBrokerWhenTheFolderIsInUse(@TempDir Path folder) {
        try (EmbeddedBroker first = EmbeddedBroker.start(folder.resolve("data"), Ports.free())) {
            assertThat(first.bootstrapServers()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("data"), Ports.free()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("in use by another broker");
        }
    }

    @Test
    void shouldDecodeOnlyItsOwnClassWhenTheTopicHasAnother() {
        String topic = CLUSTER.topics("classes.").pairs().name();
        byte[] pair = SETTINGS.valueSerializer().serialize(topic, pair(UUID.randomUUID()));
        assertThat(SETTINGS.decoder(Completion.class).decode(topic, pair))
                .isInstanceOfSatisfying(
                        Decoded.Undecodable.class,
                        undecodable -> assertThat(undecodable.reason()).contains("not a Completion"));
    }

    private static PreferencePair pair(UUID id) {
        return PreferencePair.newBuilder()
                .setPairId(id)
                .setPrompt(List.of(new Message("user", "What is 2 plus 2?")))
                .setChosen("It is 4.")
                .setRejected("It is 5.")
                .setPreference(Preference.CHOSEN)
                .setMargin(0.5)
                .setSource("test")
                .setLabelledAt(Instant.parse("2026-01-02T03:04:05.123456Z").truncatedTo(ChronoUnit.MICROS))
                .build();
    }
}
