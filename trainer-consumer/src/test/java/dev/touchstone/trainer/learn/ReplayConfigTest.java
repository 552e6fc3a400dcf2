package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayConfigTest {
    @Test
    void shouldReplayTheWantedShareOfAllThatIsTrainedOn() {
        assertThat(ReplayConfig.DEFAULT.replayedFor(32)).isEqualTo(64);
        assertThat(ReplayConfig.DEFAULT.replayedFor(1)).isEqualTo(2);
        assertThat(new ReplayConfig(0.25, 1, 2, 10).replayedFor(30)).isEqualTo(10);
        assertThat(new ReplayConfig(0, 1, 2, 10).replayedFor(30)).isZero();
    }

    @Test
    void shouldSpreadReplayedPairsEvenlyOverTheSteps() {
        for (int steps = 1; steps <= 5; steps++) {
            ReplayConfig config = new ReplayConfig(0.5, steps, 2, 10);
            for (int replayed = 0; replayed <= 20; replayed++) {
                int all = replayed;
                int[] sizes = IntStream.range(0, steps)
                        .map(i -> config.inStep(i, all))
                        .toArray();
                assertThat(IntStream.of(sizes).sum()).isEqualTo(all);
                assertThat(IntStream.of(sizes).max().orElseThrow()
                                - IntStream.of(sizes).min().orElseThrow())
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void shouldNameTheSettingWhenItIsOutOfRange() {
        assertThatThrownBy(() -> new ReplayConfig(1, 2, 4, 10)).hasMessageContaining("touchstone.replay-share");
        assertThatThrownBy(() -> new ReplayConfig(Double.NaN, 2, 4, 10))
                .hasMessageContaining("touchstone.replay-share");
        assertThatThrownBy(() -> new ReplayConfig(0.5, 2, 0, 10)).hasMessageContaining("touchstone.max-passes");
        assertThatThrownBy(() -> new LabelConfig(LabelConfig.Ties.SKIP, -1))
                .hasMessageContaining("touchstone.strength-margin");
    }
}
