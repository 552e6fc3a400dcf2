package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A tiny built-in decoder whose norms are away from 1 and 0 and whose heads are not small, so that every term shows. */
final class DecoderCase {

    static final long SEED = 11;

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

    /** Inputs of 1 to so many tokens. */
    static List<EncodedInput> inputs(int count, int longest, int vocabulary, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new EncodedInput(
                        random.ints(1 + random.nextInt(longest), 0, vocabulary).toArray(), false))
                .toList();
    }
}
