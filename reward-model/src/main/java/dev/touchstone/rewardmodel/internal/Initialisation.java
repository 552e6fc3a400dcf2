package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import java.util.Arrays;
import java.util.Random;

/** Fresh weights: a function of names, shapes and the seed alone. */
public final class Initialisation {

    private Initialisation() {}

    /** A whole model from scratch: normal matrices and positions, ones and zeros for norms, and all trust in inputs. */
    public static float[] builtIn(FlatLayout layout, long seed) {
        Random random = new Random(seed);
        float[] flat = new float[Math.toIntExact(layout.size())];
        for (Parameter p : layout.parameters()) {
            int from = (int) p.offset();
            int to = from + (int) p.size();
            if (p.name().equals(FlatLayout.TRUST)) {
                Arrays.fill(flat, from, to, 0.1f);
            } else if (p.name().endsWith("norm.weight")) {
                Arrays.fill(flat, from, to, 1f);
            } else if (!p.name().endsWith(".bias")) {
                double deviation = deviation(p);
                for (int i = from; i < to; i++) {
                    flat[i] = (float) (deviation * random.nextGaussian());
                }
            }
        }
        return flat;
    }

    private static double deviation(Parameter p) {
        String name =
                p.name().startsWith(FlatLayout.READER) ? p.name().substring(FlatLayout.READER.length()) : p.name();
        return switch (name) {
            case "embed_tokens.weight" -> 0.3;
            case "embed_positions.weight" -> 0.1;
            case "score.weight" -> 0.05;
            default -> 1 / Math.sqrt(3.0 * p.shape().get(1));
        };
    }

    /**
     * A parameter that a pretrained model lacks. Reward heads: normal, deviation 1 / (d + 1), so that the first rewards
     * are near 0. An adapter's A: uniform in +-1 / sqrt(inputs), its B: zeros, so that it starts as the model it adapts
     * (Hu et al., arXiv 2106.09685).
     */
    public static float[] fresh(Parameter p, long seed) {
        Random random = new Random(seed * 31 + p.name().hashCode());
        float[] values = new float[Math.toIntExact(p.size())];
        double inputs = p.shape().get(1);
        if (p.name().endsWith("score.weight")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() / (inputs + 1));
            }
        } else if (p.name().endsWith("lora_A.weight")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(inputs));
            }
        } else if (!p.name().endsWith("lora_B.weight")) {
            throw new IllegalArgumentException(p.name() + " cannot be made up.");
        }
        return values;
    }
}
