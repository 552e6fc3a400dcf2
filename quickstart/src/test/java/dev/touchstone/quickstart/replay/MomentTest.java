package dev.touchstone.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @ParameterizedTest
    @CsvSource({"45s, PT45S", "30m, PT30M", "2h, PT2H", "1d, PT24H", "PT90M, PT1H30M", "P2D, PT48H"})
    void shouldCountBackFromNowWhenADurationIsGiven(String text, Duration back) {
        assertThat(Moment.parse(text, NOW)).isEqualTo(NOW.minus(back));
    }

    @Test
    void shouldBeThatMomentWhenAnInstantIsGiven() {
        assertThat(Moment.parse("2026-11-20T01:02:03Z", NOW)).isEqualTo(Instant.parse("2026-11-20T01:02:03Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "2", "2 h", "-2h", "PT-2H", "P", "2026-11-20", "999999999999h"})
    void shouldSaySoInASentenceWhenTheTextIsNoTime(String text) {
        assertThatThrownBy(() -> Moment.parse(text, NOW))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is no time");
    }
}
