package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. Pearson's correlation of two figures and the mean of the first, in one pass: means and centred moments are
 * brought up to date with each value (Welford, Technometrics 4, 1962), so that a large mean costs no digits.
 */
final class Correlation {
    private long count;
    private double meanX;
    private double meanY;
    private double squaresX;
    private double squaresY;
    private double products;

    void add(double x, double y) {
        count++;
        double fromX = x - meanX;
        double fromY = y - meanY;
        meanX += fromX / count;
        meanY += fromY / count;
        squaresX += fromX * (x - meanX);
        squaresY += fromY * (y - meanY);
        products += fromX * (y - meanY);
    }

    double meanX() {
        return meanX;
    }

    /** The correlation, -1 to 1; null where one of the two does not vary. */
    @Nullable
    Double value() {
        double scale = Math.sqrt(squaresX) * Math.sqrt(squaresY);
        return scale > 0 && Double.isFinite(scale) ? Math.max(-1, Math.min(1, products / scale)) : null;
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(count);
        for (double value : new double[] {meanX, meanY, squaresX, squaresY, products}) {
            out.writeDouble(value);
        }
    }

    void readFrom(DataInput in) throws IOException {
        count = in.readLong();
        meanX = in.readDouble();
        meanY = in.readDouble();
        squaresX = in.readDouble();
        squaresY = in.readDouble();
        products = in.readDouble();
    }
}
