package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.benchmarks.experiment.LookupTask.Slice;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LookupTaskTest {
    private final LookupTask task = new LookupTask(TaskSettings.usual());

    @Test
    void shouldLabelByUtilityAndFlipAFewLabels() {
        List<Pair> pairs = task.training(10_000, new Random(1));
        assertThat(pairs).allSatisfy(pair -> {
            double difference = task.utility(pair.chosen()) - task.utility(pair.rejected());
            assertThat(pair.flipped() ? -difference : difference).isGreaterThanOrEqualTo(0.25);
        });
        assertThat(share(pairs, Pair::flipped)).isCloseTo(0.05, within(0.01));
        List<Pair> right = pairs.stream().filter(pair -> !pair.flipped()).toList();
        List<Pair> unequal = right.stream()
                .filter(pair ->
                        pair.chosen().body().size() != pair.rejected().body().size())
                .toList();
        assertThat(share(
                        unequal,
                        pair -> pair.chosen().body().size()
                                > pair.rejected().body().size()))
                .isCloseTo(0.6, within(0.02));
        assertThat(task.test(2_000, Slice.ID, new Random(2))).noneMatch(Pair::flipped);
    }

    @Test
    void shouldMakeTheShortAndRudeSideBetterInTheHardSlice() {
        assertThat(task.test(500, Slice.HARD, new Random(3))).allSatisfy(pair -> {
            assertThat(pair.chosen().body())
                    .hasSizeLessThan(pair.rejected().body().size());
            assertThat(pair.chosen().polite()).isFalse();
            assertThat(pair.rejected().polite()).isTrue();
        });
    }

    @Test
    void shouldNeverTrainWithWhatIsHeldOut() {
        List<Pair> trained = task.training(20_000, new Random(4));
        Set<Prompt> prompts = trained.stream().map(Pair::prompt).collect(Collectors.toSet());
        Set<Integer> keys = prompts.stream().map(Prompt::key).collect(Collectors.toSet());
        assertThat(task.test(500, Slice.OOD_OPERANDS, new Random(5)))
                .noneMatch(pair -> prompts.contains(pair.prompt()))
                .allMatch(pair -> keys.contains(pair.prompt().key()));
        assertThat(task.test(500, Slice.OOD_FAMILY, new Random(6)))
                .noneMatch(pair -> keys.contains(pair.prompt().key()));
    }

    @Test
    void shouldBeginALargerSetWithTheSmallerOneOfTheSameSeed() {
        assertThat(task.training(200, new Random(7)).subList(0, 100)).isEqualTo(task.training(100, new Random(7)));
        assertThat(task.training(100, new Random(7))).isNotEqualTo(task.training(100, new Random(8)));
    }

    @Test
    void shouldPutTheBestOfFourBesideEachOfTheOthers() {
        List<Pair> pairs = task.bestOfFour(100, new Random(9));
        assertThat(pairs).hasSize(300);
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            assertThat(pair.chosen()).isSameAs(pairs.get(i - i % 3).chosen());
            assertThat(task.utility(pair.chosen()) - task.utility(pair.rejected()))
                    .isGreaterThanOrEqualTo(0.25);
        }
        assertThat(Wins.share(new double[] {1, 1}, new double[] {0, 0, 0, 2, 0, 0}))
                .isEqualTo(0.5);
        assertThat(Wins.share(new double[] {1}, new double[] {1, 1, 1})).isEqualTo(0.25);
    }

    @Test
    void shouldUseEveryWordForOneMeaning() {
        List<String> words = Words.of(4_900, 11);
        assertThat(new HashSet<>(words)).hasSize(4_900);
        Pair pair = task.training(1, new Random(1)).get(0);
        assertThat(Wording.prompt(pair.prompt()).split(" ")).hasSize(2);
        assertThat(Wording.completion(pair.chosen()).split(" "))
                .hasSize(3 + pair.chosen().body().size());
    }

    private static double share(List<Pair> pairs, java.util.function.Predicate<Pair> of) {
        return (double) pairs.stream().filter(of).count() / pairs.size();
    }
}
