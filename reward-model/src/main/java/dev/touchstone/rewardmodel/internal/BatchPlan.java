package dev.touchstone.rewardmodel.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Cuts inputs into batches of like length, so that little is computed on padding and shapes repeat. */
public final class BatchPlan {

    /** Lengths are padded to a multiple of this. */
    static final int BUCKET = 8;

    /** A batch of a third of the limit ends where the next row would widen it. */
    private static final int WORTH_A_PASS = 3;

    private BatchPlan() {}

    /**
     * Indices of rows, batch by batch, those without a critique beside them first; each kind is cut by itself.
     *
     * @param critiqued whether a critique stands beside a row
     */
    static List<int[]> of(int count, IntUnaryOperator length, IntPredicate critiqued, int tokens) {
        List<int[]> batches = new ArrayList<>();
        for (boolean kind : new boolean[] {false, true}) {
            int[] rows = IntStream.range(0, count)
                    .filter(i -> critiqued.test(i) == kind)
                    .toArray();
            for (int[] batch : of(rows.length, i -> length.applyAsInt(rows[i]), tokens)) {
                batches.add(Arrays.stream(batch).map(i -> rows[i]).toArray());
            }
        }
        return batches;
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
            if (to == order.length || endsAt(order, from, to, length, tokens)) {
                batches.add(Arrays.copyOfRange(order, from, to));
                from = to;
            }
        }
        return batches;
    }

    /**
     * Whether a batch of the rows [from, to) takes no more: the next row would exceed the limit, or would make all of them
     * wider while the batch is worth a pass of its own.
     */
    private static boolean endsAt(int[] order, int from, int to, IntUnaryOperator length, int tokens) {
        int rows = to - from;
        long width = padded(length.applyAsInt(order[to - 1]));
        long wider = padded(length.applyAsInt(order[to]));
        return wider * (rows + 1) > tokens || (wider > width && width * rows >= tokens / WORTH_A_PASS);
    }

    static int padded(int length) {
        return (length + BUCKET - 1) / BUCKET * BUCKET;
    }
}
