package dev.touchstone.critique.topology;

import static dev.touchstone.critique.topology.StreamBed.completion;
import static dev.touchstone.critique.topology.StreamBed.pair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.schemas.v1.CritiqueStatus;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A day pays for no call at all. */
class BudgetTest {
    private final StreamBed stream = new StreamBed(new Limits(4, 0, 0, 1));

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void shouldLetCompletionsOutWithTheReasonAndKeepPairsWhenTheMoneyIsSpent() {
        stream.send(pair("p").build());
        stream.send(completion("c").build());
        stream.pass(Duration.ofSeconds(1));

        assertThat(stream.completionsOut()).singleElement().satisfies(out -> {
            assertThat(out.getCritiqueStatus()).isEqualTo(CritiqueStatus.OVER_BUDGET);
            assertThat(out.getCritiqueReason()).contains("money");
            assertThat(out.getCritiques()).isEmpty();
        });
        assertThat(stream.pairsOut()).isEmpty();
        assertThat(stream.deadLettersHeard).isEmpty();
        assertThat(stream.waiting()).as("the pair waits").isEqualTo(1);
        assertThat(stream.critic.calls()).isEmpty();
    }
}
