package dev.touchstone.rewardmodel;

/**
 * How a position rotates the pairs (i, i + headDim / 2) of a query or key head (Su et al., arXiv 2104.09864): by
 * {@code position * frequency[i]}, cosine and sine times {@link #attentionFactor}.
 */
public interface Rotary {

    /** Base of the geometric series of frequencies. */
    double theta();

    /** Angle per position, in radians, of each of the headDim / 2 pairs. */
    double[] frequencies(int headDim);

    /** What cosines and sines are multiplied by. */
    default double attentionFactor() {
        return 1;
    }

    private static double[] unscaled(double theta, int headDim) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / headDim);
        }
        return frequencies;
    }

    /** frequency[i] = theta^(-2i / headDim). */
    record Default(double theta) implements Rotary {
        @Override
        public double[] frequencies(int headDim) {
            return unscaled(theta, headDim);
        }
    }

    /** All frequencies divided by a factor (Chen et al., arXiv 2306.15595). */
    record Linear(double theta, double factor) implements Rotary {
        @Override
        public double[] frequencies(int headDim) {
            double[] frequencies = unscaled(theta, headDim);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factor;
            }
            return frequencies;
        }
    }

    /**
     * Llama 3.1's scaling: wavelengths above originalMaxTokens / lowFrequencyFactor are stretched by the factor, those
     * below originalMaxTokens / highFrequencyFactor stay, between them it is interpolated (Grattafiori et al., arXiv
     * 2407.21783).
     */
    record Llama3(
            double theta,
            double factor,
            double lowFrequencyFactor,
            double highFrequencyFactor,
            double originalMaxTokens)
            implements Rotary {
        @Override
        public double[] frequencies(int headDim) {
            double[] frequencies = unscaled(theta, headDim);
            for (int i = 0; i < frequencies.length; i++) {
                double turns = originalMaxTokens * frequencies[i] / (2 * Math.PI);
                double kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
                double share = Math.min(1, Math.max(0, kept));
                frequencies[i] = (1 - share) * frequencies[i] / factor + share * frequencies[i];
            }
            return frequencies;
        }
    }

    /**
     * YaRN (Peng et al., arXiv 2309.00071): pairs that turn fewer than betaSlow times over the original context are
     * stretched by the factor, those that turn more than betaFast times stay, with a linear ramp between them.
     *
     * @param attentionFactor what cosines and sines are multiplied by, such as {@link #magnitude}
     * @param truncate whether the ramp's ends are rounded to whole pairs
     */
    record Yarn(
            double theta,
            double factor,
            double originalMaxTokens,
            double betaFast,
            double betaSlow,
            double attentionFactor,
            boolean truncate)
            implements Rotary {

        @Override
        public double[] frequencies(int headDim) {
            double low = pairThatTurns(betaFast, headDim);
            double high = pairThatTurns(betaSlow, headDim);
            if (truncate) {
                low = Math.floor(low);
                high = Math.ceil(high);
            }
            low = Math.max(low, 0);
            high = Math.min(high, headDim - 1);
            double width = high == low ? 0.001 : high - low;
            double[] frequencies = unscaled(theta, headDim);
            for (int i = 0; i < frequencies.length; i++) {
                double stretched = Math.min(1, Math.max(0, (i - low) / width));
                frequencies[i] = frequencies[i] / factor * stretched + frequencies[i] * (1 - stretched);
            }
            return frequencies;
        }

        /** The (fractional) pair that makes so many turns over the original context. */
        private double pairThatTurns(double turns, int headDim) {
            return headDim * Math.log(originalMaxTokens / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }

        /** The paper's attention factor, 0.1 mscale ln(factor) + 1; 1 for factors up to 1. */
        public static double magnitude(double factor, double mscale) {
            return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
        }
    }
}
