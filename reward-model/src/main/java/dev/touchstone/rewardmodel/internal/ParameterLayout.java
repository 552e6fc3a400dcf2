package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.BuiltInConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Where each parameter stands in the flat vector: first the matrices, which weight decay shrinks, then positions and
 * norms, which it leaves alone. The same order as {@code unflatten} in decoder.py.
 */
public final class ParameterLayout {

    /**
     * One parameter.
     *
     * @param name as in the checkpoint
     * @param rows first dimension
     * @param columns second dimension; 0 for a vector
     * @param offset first index in the flat vector
     */
    public record Parameter(String name, int rows, int columns, int offset) {

        /** Number of values. */
        public int size() {
            return Math.multiplyExact(rows, Math.max(1, columns));
        }

        /** Dimensions, outermost first. */
        public long[] shape() {
            return columns == 0 ? new long[] {rows} : new long[] {rows, columns};
        }
    }

    private final List<Parameter> parameters = new ArrayList<>();
    private final int matrices;
    private int size;

    /** The layout of a model of these sizes. */
    public ParameterLayout(BuiltInConfig config) {
        int d = config.dim();
        add("embed_tokens.weight", config.vocabulary(), d);
        for (int layer = 0; layer < config.layers(); layer++) {
            add("layers." + layer + ".attention.qkv.weight", 3 * d, d);
            add("layers." + layer + ".attention.out.weight", d, d);
            add("layers." + layer + ".feed_forward.up.weight", config.feedForward(), d);
            add("layers." + layer + ".feed_forward.down.weight", d, config.feedForward());
        }
        add("score.weight", 1, d);
        matrices = size;
        add("embed_positions.weight", config.maxTokens(), d);
        for (int layer = 0; layer < config.layers(); layer++) {
            norm("layers." + layer + ".attention_norm", d);
            norm("layers." + layer + ".feed_forward_norm", d);
        }
        norm("final_norm", d);
    }

    private void norm(String name, int width) {
        add(name + ".weight", width, 0);
        add(name + ".bias", width, 0);
    }

    private void add(String name, int rows, int columns) {
        Parameter parameter = new Parameter(name, rows, columns, size);
        parameters.add(parameter);
        size = Math.addExact(size, parameter.size());
    }

    /** All parameters in the order of the flat vector. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** Length of the flat vector. */
    public int size() {
        return size;
    }

    /** How many values at its beginning belong to matrices. */
    public int matrices() {
        return matrices;
    }

    /** Fresh weights: normal for matrices and positions, ones and zeros for norms; a function of the seed alone. */
    public float[] initialise(long seed) {
        Random random = new Random(seed);
        float[] flat = new float[size];
        for (Parameter p : parameters) {
            if (p.name().endsWith("norm.weight")) {
                Arrays.fill(flat, p.offset(), p.offset() + p.size(), 1f);
            } else if (!p.name().endsWith(".bias")) {
                double deviation = deviation(p);
                for (int i = 0; i < p.size(); i++) {
                    flat[p.offset() + i] = (float) (deviation * random.nextGaussian());
                }
            }
        }
        return flat;
    }

    private static double deviation(Parameter p) {
        if (p.name().equals("embed_tokens.weight")) {
            return 0.3;
        }
        if (p.name().equals("embed_positions.weight")) {
            return 0.1;
        }
        return p.name().equals("score.weight") ? 0.05 : 1 / Math.sqrt(3.0 * p.columns());
    }
}
