package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {

    @Test
    void shouldPlanEachInputOnceWithinTheBudgetWhenBatching() {
        int[] lengths = new Random(8).ints(1000, 1, 321).toArray();
        List<int[]> batches = BatchPlan.of(1000, i -> lengths[i], 1 << 14);
        assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(0, 1000).toArray());
        for (int[] batch : batches) {
            int longest = Arrays.stream(batch).map(i -> lengths[i]).max().orElseThrow();
            assertThat(BatchPlan.padded(longest) * batch.length).isLessThanOrEqualTo(1 << 14);
        }
        // Few passes, and little of them is padding.
        assertThat(batches).hasSizeLessThan(32);
        long planned = batches.stream()
                .mapToLong(batch -> (long) batch.length * BatchPlan.padded(lengths[batch[batch.length - 1]]))
                .sum();
        assertThat((double) planned / IntStream.of(lengths).sum()).isLessThan(1.06);
    }

    @Test
    void shouldLetARowStandAloneWhenItIsLongerThanTheLimit() {
        int[] lengths = {5, 100, 5, 17};
        List<int[]> batches = BatchPlan.of(4, i -> lengths[i], 32);
        assertThat(batches).containsExactly(new int[] {0, 2}, new int[] {3}, new int[] {1});
        assertThat(BatchPlan.of(0, i -> 1, 32)).isEmpty();
    }

    @Test
    void shouldNotMixRowsWithAndWithoutCritiquesWhenBatching() {
        int[] lengths = {5, 100, 6, 17, 7};
        List<int[]> batches = BatchPlan.of(5, i -> lengths[i], i -> i % 2 == 0 && i > 0, 64);
        assertThat(batches).containsExactly(new int[] {0, 3}, new int[] {1}, new int[] {2, 4});
    }
}
