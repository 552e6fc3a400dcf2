package dev.touchstone.critique.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.critic.Usage;
import dev.touchstone.critique.topology.Origin;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void shouldMeterTheCriticByTheNamesOfOpenTelemetry() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics metrics = new Metrics(registry, "m", 20);
        metrics.ended(Duration.ofSeconds(3), new Usage(70, 7), null);
        metrics.ended(Duration.ofSeconds(1), null, "429");
        metrics.spent(new Spend(77, 250_000_000));
        metrics.sent(Origin.Kind.PAIR, Duration.ofSeconds(4));

        var durations = registry.get("gen_ai.client.operation.duration")
                .tag("gen_ai.operation.name", "chat")
                .tag("gen_ai.request.model", "m");
        assertThat(durations.tag("error.type", "none").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
        assertThat(registry.get("gen_ai.client.operation.duration")
                        .tag("error.type", "429")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(tokens(registry, "input")).isEqualTo(70);
        assertThat(tokens(registry, "output")).isEqualTo(7);
        assertThat(registry.get("critique.cost").counter().count()).isEqualTo(0.25);
        assertThat(registry.get("critique.budget.per.day").gauge().value()).isEqualTo(20);
        assertThat(registry.get("critique.record.seconds")
                        .tag("kind", "pair")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(4);
    }

    private static double tokens(SimpleMeterRegistry registry, String type) {
        return registry.get("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", type)
                .summary()
                .totalAmount();
    }
}
