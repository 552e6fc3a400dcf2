package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. Sums of scored pairs, of which their figures follow. */
final class Tally {
    private final Calibration calibration = new Calibration();
    private final Correlation rewardAndLength = new Correlation();
    private long pairs;
    private double right;
    private double logLoss;
    private double brier;
    private double margin;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;

    void add(ScoredPair pair) {
        double correct = pair.correct();
        double probability = pair.probability();
        pairs++;
        right += correct;
        logLoss += ScoredPair.logLoss(pair.lead());
        brier += (1 - probability) * (1 - probability);
        margin += pair.lead();
        least = Math.min(least, Math.min(pair.chosen(), pair.rejected()));
        greatest = Math.max(greatest, Math.max(pair.chosen(), pair.rejected()));
        calibration.add(probability, correct);
        rewardAndLength.add(pair.chosen(), pair.chosenLength());
        rewardAndLength.add(pair.rejected(), pair.rejectedLength());
    }

    /** The figures, or null while there is no pair. */
    @Nullable
    PairFigures figures() {
        return pairs == 0
                ? null
                : new PairFigures(
                        pairs,
                        right / pairs,
                        logLoss / pairs,
                        brier / pairs,
                        calibration.error(),
                        margin / pairs,
                        least,
                        rewardAndLength.meanX(),
                        greatest,
                        rewardAndLength.value());
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(pairs);
        for (double sum : new double[] {right, logLoss, brier, margin, least, greatest}) {
            out.writeDouble(sum);
        }
        calibration.writeTo(out);
        rewardAndLength.writeTo(out);
    }

    void readFrom(DataInput in) throws IOException {
        pairs = in.readLong();
        right = in.readDouble();
        logLoss = in.readDouble();
        brier = in.readDouble();
        margin = in.readDouble();
        least = in.readDouble();
        greatest = in.readDouble();
        calibration.readFrom(in);
        rewardAndLength.readFrom(in);
    }
}
