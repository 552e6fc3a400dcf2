package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient of a batch, accumulated over micro-batches that fit the device. When one does not, the batch begins again
 * with micro-batches of half the size, which stays so. For one thread at a time.
 */
public final class BatchGradient {

    /** Runs micro-batches: the optimiser, or a stand-in for it in tests. */
    public interface Device {

        /** See {@link Optimiser#accumulate}. */
        Optimiser.Result accumulate(Optimiser.MicroBatch batch, Optimiser.Loss loss);

        /** See {@link Optimiser#clear}. */
        void clear();
    }

    private final Device device;
    private final int heads;
    private final DeviceMemory memory;

    /**
     * @param device runs micro-batches
     * @param heads the model's reward heads
     * @param tokens the most padded tokens of a micro-batch, critiques beside its rows not counted
     */
    public BatchGradient(Device device, int heads, int tokens) {
        this.device = device;
        this.heads = heads;
        this.memory = new DeviceMemory(tokens);
    }

    /**
     * Mean logits of a batch's pairs.
     *
     * @param chosen of the chosen sides
     * @param rejected of the rejected sides
     * @param chosenBare of the chosen sides without the critiques beside them; NaN where there are none
     * @param rejectedBare the same of the rejected sides
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Logits(double[] chosen, double[] rejected, double[] chosenBare, double[] rejectedBare) {
        /** To be filled. */
        public static Logits of(int pairs) {
            double[] chosenBare = new double[pairs];
            double[] rejectedBare = new double[pairs];
            Arrays.fill(chosenBare, Double.NaN);
            Arrays.fill(rejectedBare, Double.NaN);
            return new Logits(new double[pairs], new double[pairs], chosenBare, rejectedBare);
        }
    }

    /** One micro-batch that was handed to the device, and where its pairs stand in the batch. */
    public final class Pass {
        private final int[] pairs;
        private final List<EncodedPair> shown;
        private final boolean critiqued;
        private final Optimiser.Result result;

        Pass(int[] pairs, List<EncodedPair> batch, Optimiser.Result result) {
            this.pairs = pairs;
            this.shown = Arrays.stream(pairs).mapToObj(batch::get).toList();
            this.critiqued = shown.stream().anyMatch(EncodedPair::critiqued);
            this.result = result;
        }

        /** What the device returned. */
        public Optimiser.Result result() {
            return result;
        }

        /**
         * Puts the mean logits of both sides at the pairs' places, where critiques stand beside a pair also those without
         * them, and returns this pass's share of the loss.
         */
        public double read(Logits logits) {
            float[] values = result.read();
            int n = pairs.length;
            for (int i = 0; i < n; i++) {
                logits.chosen[pairs[i]] = mean(values, i);
                logits.rejected[pairs[i]] = mean(values, n + i);
                if (shown.get(i).critiqued()) {
                    logits.chosenBare[pairs[i]] = mean(values, 2 * n + i);
                    logits.rejectedBare[pairs[i]] = mean(values, 3 * n + i);
                }
            }
            return mean(values, (critiqued ? 4 : 2) * n) * heads;
        }

        private double mean(float[] values, int row) {
            double sum = 0;
            for (int head = 0; head < heads; head++) {
                sum += values[row * heads + head];
            }
            return sum / heads;
        }

        /** Frees the native memory of a pass that nobody read. */
        public void close() {
            result.close();
        }
    }

    /**
     * Accumulates the gradient of the loss.
     *
     * @param batch pairs as they are shown to the model
     * @param unseen so many of them, from the first on, were not learnt from before
     * @param weights how much each reward head counts each of them, [pairs][heads]
     * @param loss of which kind, and what the weighted sum is multiplied by
     * @throws IllegalStateException when not even one pair fits the device
     */
    public List<Pass> accumulate(List<EncodedPair> batch, int unseen, float[][] weights, Optimiser.Loss loss) {
        while (true) {
            List<int[]> plan = BatchPlan.of(batch.size(), i -> longest(batch.get(i)), memory.tokens() / 2);
            List<Pass> passes = new ArrayList<>();
            try {
                for (int[] pairs : plan) {
                    Optimiser.MicroBatch rows = microBatch(batch, unseen, weights, pairs);
                    passes.add(new Pass(pairs, batch, device.accumulate(rows, loss)));
                }
                return passes;
            } catch (RuntimeException e) {
                passes.forEach(Pass::close);
                device.clear();
                int most = plan.stream().mapToInt(pairs -> pairs.length).max().orElse(1);
                int largest = plan.stream()
                        .mapToInt(pairs ->
                                2 * pairs.length * BatchPlan.padded(longest(batch.get(pairs[pairs.length - 1]))))
                        .max()
                        .orElse(1);
                memory.shrink(e, largest, most > 1);
            }
        }
    }

    /** Critiques beside a pair do not count: what is learnt from inputs must not hang on them, down to the order of the sums. */
    private static int longest(EncodedPair pair) {
        return Math.max(pair.chosen().ids().length, pair.rejected().ids().length);
    }

    private static Optimiser.MicroBatch microBatch(
            List<EncodedPair> batch, int unseen, float[][] weights, int[] pairs) {
        List<EncodedInput> rows = new ArrayList<>(2 * pairs.length);
        float[] margins = new float[pairs.length];
        float[] labels = new float[pairs.length];
        float[][] counts = new float[pairs.length][];
        float[] fresh = new float[pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            rows.add(batch.get(pairs[i]).chosen());
            margins[i] = (float) batch.get(pairs[i]).margin();
            labels[i] = batch.get(pairs[i]).tie() ? 0.5f : 1;
            counts[i] = weights[pairs[i]];
            fresh[i] = pairs[i] < unseen ? 1 : 0;
        }
        for (int pair : pairs) {
            rows.add(batch.get(pair).rejected());
        }
        return new Optimiser.MicroBatch(rows, margins, labels, counts, fresh);
    }
}
