package dev.touchstone.rewardmodel.internal;

import java.util.HashMap;
import java.util.Map;

/** AdamW (Loshchilov and Hutter, arXiv 1711.05101) with a clip of the global norm, by its formulas in doubles. */
final class ReferenceAdamW {

    /** Settings of a step; matrices decay, norms, biases and learned positions do not. */
    record Settings(double rate, double beta1, double beta2, double epsilon, double decay, double clip) {}

    private final Map<String, double[]> first = new HashMap<>();
    private final Map<String, double[]> second = new HashMap<>();
    private int step;

    /** Moves in place the weights that the gradient names; returns the gradient's norm before the clip. */
    double step(Map<String, double[]> weights, Map<String, double[]> gradient, Settings settings) {
        step++;
        double squares = 0;
        for (double[] slopes : gradient.values()) {
            for (double g : slopes) {
                squares += g * g;
            }
        }
        double norm = Math.sqrt(squares);
        // The guard is that of torch's clip_grad_norm_.
        double shrink = Math.min(1, settings.clip / (norm + 1e-6));
        gradient.forEach((name, slopes) -> {
            double[] w = weights.get(name);
            double[] m = first.computeIfAbsent(name, n -> new double[w.length]);
            double[] v = second.computeIfAbsent(name, n -> new double[w.length]);
            double decay = isMatrix(name) ? settings.decay : 0;
            for (int i = 0; i < w.length; i++) {
                double g = shrink * slopes[i];
                m[i] = settings.beta1 * m[i] + (1 - settings.beta1) * g;
                v[i] = settings.beta2 * v[i] + (1 - settings.beta2) * g * g;
                double mean = m[i] / (1 - Math.pow(settings.beta1, step));
                double square = v[i] / (1 - Math.pow(settings.beta2, step));
                w[i] -= settings.rate * decay * w[i];
                w[i] -= settings.rate * mean / (Math.sqrt(square) + settings.epsilon);
            }
        });
        return norm;
    }

    static boolean isMatrix(String name) {
        return !name.endsWith("norm.weight")
                && !name.endsWith(".bias")
                && !name.contains("embed_positions")
                && !name.equals(FlatLayout.TRUST);
    }
}
