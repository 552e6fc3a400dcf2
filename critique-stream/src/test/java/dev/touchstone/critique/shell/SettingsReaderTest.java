package dev.touchstone.critique.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.schemas.UserError;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    private static final Map<String, String> LEAST =
            Map.of("touchstone.critic.base-url", "http://localhost:11434/v1", "touchstone.critic.model", "m");

    @Test
    void shouldHaveDefaultsForAllButTheCritic() {
        CritiqueSettings settings = read(Map.of());
        assertThat(settings.applicationId()).isEqualTo("touchstone-critique-stream");
        assertThat(settings.topics().pairs().name()).isEqualTo("rm.pairs");
        assertThat(settings.critic().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.critic().apiKey()).isNull();
        assertThat(settings.limits()).isEqualTo(Limits.inFlight(16));
        assertThat(settings.commitInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.stateDir()).isEqualTo(Path.of(".touchstone/critique-stream"));
    }

    @Test
    void shouldRefuseABudgetThatIsNoAmountInsteadOfTakingItForNone() {
        for (String budget : List.of("NaN", "-0.5", "Infinity")) {
            assertThatThrownBy(() -> read(Map.of("touchstone.critic.budget-per-day", budget)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("touchstone.critic.budget-per-day is " + budget);
        }
    }

    @Test
    void shouldNameTheApplicationAfterThePrefix() {
        assertThat(read(Map.of("touchstone.topic-prefix", "team-a.")).applicationId())
                .isEqualTo("touchstone-critique-stream-team-a");
    }

    @Test
    void shouldHandEveryKafkaPropertyOn() {
        SmallRyeConfig config = config(Map.of("kafka.bootstrap.servers", "a:1", "KAFKA_SECURITY_PROTOCOL", "SSL"));
        assertThat(SettingsReader.kafka(config).client())
                .containsEntry("bootstrap.servers", "a:1")
                .containsEntry("security.protocol", "SSL");
    }

    @ParameterizedTest
    @CsvSource({
        "touchstone.critic.base-url, localhost:1234",
        "touchstone.critic.base-url, ''",
        "touchstone.critic.base-url, 'http://a b'",
        "touchstone.critic.model, ''",
        "touchstone.critic.structured-output, xml",
        "touchstone.critic.timeout, 0s",
        "touchstone.critic.temperature, -1",
        "touchstone.critic.max-tokens, 1",
        "touchstone.critic.samples, 0",
        "touchstone.critic.samples, 2",
        "touchstone.critic.samples, 9",
        "touchstone.critic.max-in-flight, 0",
        "touchstone.critic.max-attempts, 0",
        "touchstone.critic.cache-retention, 1s",
        "touchstone.max-waiting, 0",
        "touchstone.threads, 0",
        "touchstone.replication-factor, 0",
        "touchstone.input-max-bytes, 10000000",
        "touchstone.commit-interval, 1h",
        "touchstone.id-retention, 0s",
        "touchstone.topic-prefix, 'a b'",
    })
    void shouldSayInOneSentenceWhatToMend(String name, String value) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(UserError.class)
                .hasMessageMatching("[^\\n]+\\.")
                .hasMessageContaining(":");
    }

    @Test
    void shouldAllowSeveralSamplesWhenTheyCanDiffer() {
        assertThat(read(Map.of("touchstone.critic.samples", "8", "touchstone.critic.temperature", "0.7"))
                        .critic()
                        .samples())
                .isEqualTo(8);
    }

    private static CritiqueSettings read(Map<String, String> changes) {
        return SettingsReader.settings(config(changes).getConfigMapping(ServiceConfig.class));
    }

    private static SmallRyeConfig config(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(LEAST);
        all.putAll(changes);
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(ServiceConfig.class)
                .withDefaultValues(all)
                .build();
    }
}
