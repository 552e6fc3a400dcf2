package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
