package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSettingsTest {
    @Test
    void shouldTakeKafkaPropertiesAndVariablesWhenGivenAWholeConfiguration() {
        KafkaSettings settings = KafkaSettings.fromConfiguration(Map.of(
                "kafka.bootstrap.servers", "one:9092",
                "KAFKA_BOOTSTRAP_SERVERS", "two:9092",
                "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "quarkus.http.port", "8080"));
        assertThat(settings.bootstrapServers()).isEqualTo("one:9092");
        assertThat(settings.client()).containsEntry("security.protocol", "SASL_SSL");
        assertThat(settings.client()).doesNotContainKey("quarkus.http.port");
    }

    @Test
    void shouldAskForNothingElseWhenAConfigurationIsAskedByName() {
        KafkaSettings settings = KafkaSettings.fromConfiguration(
                List.of("kafka.bootstrap.servers", "KAFKA_SECURITY_PROTOCOL", "kafka.absent", "some.secret"),
                name -> switch (name) {
                    case "kafka.bootstrap.servers" -> Optional.of("one:9092");
                    case "KAFKA_SECURITY_PROTOCOL" -> Optional.of("SASL_SSL");
                    case "kafka.absent" -> Optional.empty();
                    default -> throw new AssertionError(name + " does not concern Kafka");
                });
        assertThat(settings.bootstrapServers()).isEqualTo("one:9092");
        assertThat(settings.client())
                .containsEntry("security.protocol", "SASL_SSL")
                .doesNotContainKey("absent");
    }

    @Test
    void shouldTakeAFileOfPropertiesAndPutWhatIsSetBeforeIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("client.properties");
        Files.writeString(file, """
                bootstrap.servers=one:9092
                odd_Name-x=1
                ssl.keystore.password=${not expanded}
                sasl.jaas.config=org.example.Login required \\
                    username="a" \\
                    password="b";
                """);
        KafkaSettings settings = KafkaSettings.fromConfiguration(
                Map.of("KAFKA_PROPERTIES_FILE", file.toString(), "KAFKA_BOOTSTRAP_SERVERS", "two:9092"));
        assertThat(settings.client())
                .containsEntry("bootstrap.servers", "two:9092")
                .containsEntry("odd_Name-x", "1")
                .containsEntry("ssl.keystore.password", "${not expanded}")
                .containsEntry("sasl.jaas.config", "org.example.Login required username=\"a\" password=\"b\";")
                .doesNotContainKey("properties.file");
        assertThatThrownBy(() -> KafkaSettings.fromConfiguration(Map.of("kafka.properties.file", "/nowhere")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("/nowhere");
    }

    @Test
    void shouldReadOnlyCommittedRecordsWhenItConsumes() {
        assertThat(KafkaSettings.of(Map.of()).byteConsumer())
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("enable.auto.commit", "false");
        assertThat(KafkaSettings.of(Map.of()).byteProducer()).containsEntry("acks", "all");
    }

    @Test
    void shouldRefuseAPrefixWhenKafkaWould() {
        assertThatThrownBy(() -> new TopicCatalogue("a b")).isInstanceOf(UserError.class);
        assertThat(new TopicCatalogue("team-a.rm.").pairs().name()).isEqualTo("team-a.rm.pairs");
    }
}
