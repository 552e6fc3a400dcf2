package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Cuts inputs into batches of like length, so that little is computed on padding and shapes repeat. */
public final class BatchPlan {

    /** Lengths are padded to a multiple of this. */
    static final int BUCKET = 16;

    private BatchPlan() {}

    /** Indices of the inputs, batch by batch, shortest inputs first. */
    static List<int[]> of(List<EncodedInput> inputs, int tokens) {
        return of(inputs.size(), i -> inputs.get(i).length(), tokens);
    }

    /**
     * Indices of rows, batch by batch, shortest rows first; a row that is longer than the limit stands alone.
     *
     * @param count number of rows
     * @param length tokens of a row
     * @param tokens the most padded tokens of a batch
     */
    public static List<int[]> of(int count, IntUnaryOperator length, int tokens) {
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingInt(length::applyAsInt))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= order.length; to++) {
            boolean full = to == order.length || (long) padded(length.applyAsInt(order[to])) * (to + 1 - from) > tokens;
            if (full) {
                batches.add(Arrays.copyOfRange(order, from, to));
                from = to;
            }
        }
        return batches;
    }

    static int padded(int length) {
        return (length + BUCKET - 1) / BUCKET * BUCKET;
    }
}
