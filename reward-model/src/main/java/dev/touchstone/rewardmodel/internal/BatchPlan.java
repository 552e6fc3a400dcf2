package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Cuts inputs into batches of like length, so that little is computed on padding and shapes repeat. */
final class BatchPlan {

    /** Lengths are padded to a multiple of this. */
    static final int BUCKET = 16;

    /** The most padded tokens of a batch. */
    static final int TOKENS = 8192;

    private BatchPlan() {}

    /** Indices of the inputs, batch by batch, shortest inputs first. */
    static List<int[]> of(List<EncodedInput> inputs) {
        int[] order = IntStream.range(0, inputs.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> inputs.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= order.length; to++) {
            boolean full = to == order.length || padded(inputs.get(order[to]).length()) * (to + 1 - from) > TOKENS;
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
