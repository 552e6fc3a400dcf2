package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Not thread-safe. Expected calibration error (Guo et al., ICML 2017): the sum over bins of (pairs in the bin / pairs) times
 * |accuracy - mean confidence| in the bin. Which side is called chosen says nothing about the model, so the confidence is that of
 * the side it predicts to win, max(p, 1 - p), which lies in [0.5, 1]; {@value #BINS} bins of equal width divide that range.
 */
final class Calibration {
    /** Guo et al. use 15. */
    static final int BINS = 15;

    private final long[] pairs = new long[BINS];
    private final double[] confidence = new double[BINS];
    private final double[] right = new double[BINS];

    /**
     * Adds a pair.
     *
     * @param probability of the chosen side
     * @param correct 1, 0, or one half at a draw
     */
    void add(double probability, double correct) {
        double sure = Math.max(probability, 1 - probability);
        int bin = Math.min(BINS - 1, (int) ((sure - 0.5) * 2 * BINS));
        pairs[bin]++;
        confidence[bin] += sure;
        right[bin] += correct;
    }

    /** The error, 0 to 1; 0 while there is no pair. */
    double error() {
        double gaps = 0;
        long all = 0;
        for (int bin = 0; bin < BINS; bin++) {
            gaps += Math.abs(right[bin] - confidence[bin]);
            all += pairs[bin];
        }
        return all == 0 ? 0 : gaps / all;
    }

    void writeTo(DataOutput out) throws IOException {
        for (int bin = 0; bin < BINS; bin++) {
            out.writeLong(pairs[bin]);
            out.writeDouble(confidence[bin]);
            out.writeDouble(right[bin]);
        }
    }

    void readFrom(DataInput in) throws IOException {
        for (int bin = 0; bin < BINS; bin++) {
            pairs[bin] = in.readLong();
            confidence[bin] = in.readDouble();
            right[bin] = in.readDouble();
        }
    }
}
