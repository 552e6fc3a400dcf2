package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A tiny built-in decoder whose norms are away from 1 and 0 and whose heads are not small, so that every term shows. */
final class DecoderCase {

    static final long SEED = 11;

    /** Pairs of different lengths, with margins. */
    static final ReferenceLlama.Batch PAIRS = new ReferenceLlama.Batch(
            new int[][] {{3, 17, 5, 200, 41}, {9, 8, 7}, {250, 4, 4, 4, 19, 33, 2}},
            new int[][] {{3, 18, 99}, {9, 8, 7, 6, 5, 4, 3, 2, 1}, {250, 1, 2}},
            new double[] {0, 0.5, 1.25},
            null,
            0.1,
            0.05);

    private DecoderCase() {}

    static BuiltInConfig config(int rewardHeads) {
        return new BuiltInConfig(8, 2, 2, 12, 32, 260, rewardHeads);
    }

    static FlatLayout layout(BuiltInConfig config) {
        return ParameterLayout.of(config, null).trained();
    }

    static float[] weights(BuiltInConfig config) {
        FlatLayout layout = layout(config);
        float[] weights = Initialisation.builtIn(layout, SEED);
        Random random = new Random(SEED + 1);
        for (Parameter p : layout.parameters()) {
            for (int i = (int) p.offset(); i < p.offset() + p.size(); i++) {
                weights[i] += (float) (0.2 * random.nextGaussian());
                if (p.name().equals(FlatLayout.TRUST)) {
                    weights[i] = Math.abs(weights[i]);
                }
            }
        }
        return weights;
    }

    static Network network(BuiltInConfig config, Compute compute, Network.Purpose purpose) {
        Network network = new Network(config, null, compute, purpose);
        float[] weights = weights(config);
        for (Parameter p : network.layout().trained().parameters()) {
            network.put(p, false, 0, FloatBuffer.wrap(weights, (int) p.offset(), (int) p.size()));
        }
        return network;
    }

    /** These pairs; each of several heads counts them otherwise. */
    static ReferenceLlama.Batch batch(int heads) {
        double[][] weights = {{1, 0, 2}, {0, 3, 1}, {1, 1, 0}};
        return heads == 1
                ? PAIRS
                : new ReferenceLlama.Batch(PAIRS.chosen(), PAIRS.rejected(), PAIRS.margins(), weights, 0.1, 0.05);
    }

    /** The central difference of a loss of the weights w at one of them. */
    static double slope(ToDoubleFunction<double[]> loss, double[] w, int i) {
        double h = 1e-5;
        double kept = w[i];
        w[i] = kept + h;
        double above = loss.applyAsDouble(w);
        w[i] = kept - h;
        double below = loss.applyAsDouble(w);
        w[i] = kept;
        return (above - below) / (2 * h);
    }

    /** Inputs of 1 to so many tokens. */
    static List<EncodedInput> inputs(int count, int longest, int vocabulary, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new EncodedInput(
                        random.ints(1 + random.nextInt(longest), 0, vocabulary).toArray(), false))
                .toList();
    }
}
