package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.Rotary;

/**
 * Cosines and sines by position and pair, from the fields of a {@link Rotary} and the formulas of transformers'
 * {@code modeling_rope_utils}; none of its methods is called, so that they can be held against this.
 */
record ReferenceRotary(double[][] cos, double[][] sin) {

    static ReferenceRotary of(LlamaConfig config) {
        Rotary rotary = config.rotary();
        double factor = rotary instanceof Rotary.Yarn yarn ? yarn.attentionFactor() : 1;
        return of(frequencies(rotary, config.headDim()), factor, config.maxTokens());
    }

    /** For other frequencies than the config's, such as those that a 16-bit buffer has rounded. */
    static ReferenceRotary of(double[] frequencies, double factor, int positions) {
        double[][] cos = new double[positions][frequencies.length];
        double[][] sin = new double[positions][frequencies.length];
        for (int t = 0; t < positions; t++) {
            for (int i = 0; i < frequencies.length; i++) {
                cos[t][i] = factor * Math.cos(t * frequencies[i]);
                sin[t][i] = factor * Math.sin(t * frequencies[i]);
            }
        }
        return new ReferenceRotary(cos, sin);
    }

    static double[] frequencies(Rotary rotary, int headDim) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = 1 / Math.pow(rotary.theta(), 2.0 * i / headDim);
            if (rotary instanceof Rotary.Linear linear) {
                frequencies[i] = plain / linear.factor();
            } else if (rotary instanceof Rotary.Llama3 llama3) {
                frequencies[i] = llama3(llama3, plain);
            } else if (rotary instanceof Rotary.Yarn yarn) {
                double kept = 1 - yarnRamp(yarn, i, headDim);
                frequencies[i] = plain / yarn.factor() * (1 - kept) + plain * kept;
            } else {
                frequencies[i] = plain;
            }
        }
        return frequencies;
    }

    private static double llama3(Rotary.Llama3 r, double plain) {
        double wavelength = 2 * Math.PI / plain;
        if (wavelength < r.originalMaxTokens() / r.highFrequencyFactor()) {
            return plain;
        }
        if (wavelength > r.originalMaxTokens() / r.lowFrequencyFactor()) {
            return plain / r.factor();
        }
        double smooth = (r.originalMaxTokens() / wavelength - r.lowFrequencyFactor())
                / (r.highFrequencyFactor() - r.lowFrequencyFactor());
        return (1 - smooth) * plain / r.factor() + smooth * plain;
    }

    private static double yarnRamp(Rotary.Yarn r, int pair, int headDim) {
        double low = yarnPair(r, r.betaFast(), headDim);
        double high = yarnPair(r, r.betaSlow(), headDim);
        low = Math.max(r.truncate() ? Math.floor(low) : low, 0);
        high = Math.min(r.truncate() ? Math.ceil(high) : high, headDim - 1);
        if (low == high) {
            high += 0.001;
        }
        double ramp = (pair - low) / (high - low);
        return ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
    }

    /** Solves turns = L / (2 pi theta^(2 pair / headDim)) for the pair. */
    private static double yarnPair(Rotary.Yarn r, double turns, int headDim) {
        double wavelength = r.originalMaxTokens() / turns;
        return headDim * Math.log(wavelength / (2 * Math.PI)) / (2 * Math.log(r.theta()));
    }
}
