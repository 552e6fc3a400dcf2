package dev.touchstone.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.testkit.cluster.Certificate;
import dev.touchstone.testkit.cluster.EmbeddedBroker;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.SecuredListener;
import dev.touchstone.testkit.topics.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are told by variables alone, and a broker that wants TLS, a login and rights. */
@EmbeddedOnly("logs in at a broker that grants rights")
class SecuredBrokerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final TopicCatalogue TOPICS = new TopicCatalogue("secured.");

    @TempDir
    static Path folder;

    private static SecuredListener listener;
    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() {
        listener = new SecuredListener(
                Certificate.in(folder), Map.of(SecuredListener.ADMIN, "admin-secret", "nobody", "nobody-secret"));
        broker = EmbeddedBroker.start(folder.resolve("broker"), Ports.free(), listener);
        new TopicAdmin(settings(with -> {}), PATIENCE).createMissing(TOPICS);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void shouldServeEveryKindOfClientWhenVariablesSayHow() throws Exception {
        KafkaSettings settings = settings(with -> {});
        String topic = TOPICS.rewards().name();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {1})).get();
        }
        Map<String, Object> transactional = settings.byteProducer();
        transactional.put("transactional.id", "secured");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(transactional)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {2}));
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)),
                    new ConsumerGroupMetadata("secured"));
            producer.commitTransaction();
        }
        assertThat(Records.readAll(settings, topic))
                .extracting(record -> record.value()[0])
                .containsExactly((byte) 1, (byte) 2);
    }

    @Test
    void shouldTakeTheSameFromAFileOfProperties() throws Exception {
        StringBuilder lines = new StringBuilder();
        listener.client(SecuredListener.ADMIN)
                .forEach((name, value) -> lines.append(name)
                        .append('=')
                        .append(value.replace("\n", "\\\n"))
                        .append('\n'));
        Path file = Files.writeString(folder.resolve("client.properties"), lines);
        KafkaSettings settings = KafkaSettings.fromConfiguration(
                Map.of("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(), "KAFKA_PROPERTIES_FILE", file.toString()));
        assertThat(new TopicAdmin(settings, PATIENCE).missing(TOPICS)).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWhenTheLoginIs() {
        for (String user : List.of(SecuredListener.ADMIN, "stranger")) {
            refused(
                    settings(with -> with.putAll(listener.client(user, "nobody-secret"))),
                    PATIENCE,
                    "refuses the login",
                    "KAFKA_SASL_JAAS_CONFIG");
        }
        refused(
                settings(with -> with.put("sasl.mechanism", "PLAIN")),
                PATIENCE,
                "refuses the login",
                "KAFKA_SASL_MECHANISM");
        refused(
                settings(with -> with.put("sasl.jaas.config", "a.b.Login required password=x " + "nobody-secret")),
                PATIENCE,
                "cannot be used",
                "KAFKA_SASL_*");
    }

    @Test
    void shouldSayWhatIsWrongWhenThereIsNoTlsOrNoTrust() {
        refused(settings(with -> with.put("security.protocol", "SASL_PLAINTEXT")), SHORT, "KAFKA_SECURITY_PROTOCOL");
        refused(settings(with -> with.put("security.protocol", "PLAINTEXT")), SHORT, "KAFKA_SECURITY_PROTOCOL");
        refused(
                settings(with -> {
                    with.remove("ssl.truststore.location");
                    with.remove("ssl.truststore.type");
                }),
                PATIENCE,
                "TLS",
                "KAFKA_SSL_TRUSTSTORE_LOCATION");
        refused(
                settings(with -> with.put("ssl.truststore.location", "/nowhere.pem")),
                PATIENCE,
                "/nowhere.pem",
                "KAFKA_SSL_*");
    }

    @Test
    void shouldSayWhatIsWrongWhenARightIsMissing() {
        KafkaSettings nobody = settings(with -> with.putAll(listener.client("nobody")));
        // Brokers do not tell of topics that a user may not see.
        assertThat(new TopicAdmin(nobody, PATIENCE).missing(TOPICS))
                .hasSize(TOPICS.all().size());
        assertThatThrownBy(() -> new TopicAdmin(nobody, PATIENCE).createMissing(TOPICS))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("Authorization failed")
                .hasMessageContaining("docs/security.md");
    }

    private static void refused(KafkaSettings settings, Duration patience, String... words) {
        assertThatThrownBy(() -> new TopicAdmin(settings, patience).missing(TOPICS))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("admin-secret")
                .hasMessageNotContaining("nobody-secret");
    }

    /** As a service reads them: from variables, nothing else. */
    private static KafkaSettings settings(Consumer<Map<String, String>> change) {
        Map<String, String> properties = new HashMap<>(listener.client(SecuredListener.ADMIN));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        change.accept(properties);
        Map<String, String> variables = new HashMap<>();
        properties.forEach((name, value) ->
                variables.put("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        return KafkaSettings.fromConfiguration(variables);
    }
}
