package dev.touchstone.critique.critic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.state.JsonSerde;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CritiqueAnswerTest {
    private static final JsonSerde<CritiqueAnswer> SERDE = JsonSerde.of(CritiqueAnswer.class);
    private static final CriticIdentity CRITIC = new CriticIdentity("m", "v", new TreeMap<>());

    @Test
    void shouldReadARowFromBeforeUsageWasKept() {
        String row =
                "{\"text\":\"t\",\"verdicts\":[],\"identity\":{\"model\":\"m\",\"promptVersion\":\"v\",\"parameters\":{}},"
                        + "\"createdAt\":5}";
        assertThat(SERDE.deserialize("t", row.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new CritiqueAnswer("t", List.of(), CRITIC, 5, null, null, null));
    }

    @Test
    void shouldKeepUsageAndCost() {
        CritiqueAnswer answer = new CritiqueAnswer("t", List.of(), CRITIC, 5, 70, 7, 0.5);
        assertThat(SERDE.deserialize("t", SERDE.serialize("t", answer))).isEqualTo(answer);
    }
}
