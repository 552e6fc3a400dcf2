package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.trainer.learn.Slices.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlicesTest {
    private static final EncodedInput SIDE = new EncodedInput(new int[] {1, 2}, false);

    @Test
    void shouldNameTheSlicesOfAPair() {
        assertThat(Slices.of(pair(10, 30, "a"))).containsExactly("hard", "source:a");
        assertThat(Slices.of(pair(30, 10, "a"))).containsExactly("source:a");
        assertThat(Slices.of(pair(90, 100, "a"))).containsExactly("hard", "matched", "source:a");
        assertThat(Slices.of(pair(100, 90, ""))).containsExactly("matched");
        assertThat(Slices.of(pair(100, 89, ""))).isEmpty();
    }

    @Test
    void shouldMeasureEachSliceOnItsOwn() {
        List<HeldOutPair> pairs = List.of(pair(10, 30, "a"), pair(10, 40, "b"), pair(30, 10, "b"));

        assertThat(Slices.measure(pairs, new double[] {1, 0, 1}, new double[] {0.5, 0, 0}))
                .containsOnlyKeys("hard", "source:a", "source:b")
                .containsEntry("hard", new Slice(2, 0.5, 0.25))
                .containsEntry("source:a", new Slice(1, 1, 0.5))
                .containsEntry("source:b", new Slice(2, 0.5, 0));
    }

    @Test
    void shouldNameTheSourcesWithMostPairsWhenThereAreVeryMany() {
        List<HeldOutPair> pairs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pairs.add(pair(30, 10, "s" + i));
        }
        pairs.add(pair(30, 10, "s199"));

        assertThat(Slices.measure(pairs, new double[201], new double[201]))
                .hasSize(32)
                .containsEntry("source:s199", new Slice(2, 0, 0));
    }

    private static HeldOutPair pair(int chosen, int rejected, String source) {
        return new HeldOutPair(
                new TrainingPair(
                        new RewardInput(List.of(), "x".repeat(chosen), null),
                        new RewardInput(List.of(), "x".repeat(rejected), null),
                        0),
                new EncodedPair(SIDE, SIDE, 0),
                source);
    }
}
