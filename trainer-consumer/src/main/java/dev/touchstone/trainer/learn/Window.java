package dev.touchstone.trainer.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. The newest values of a figure, and their mean. */
final class Window {
    private final double[] values;
    private long count;

    /** @param capacity how many values are kept, at least 1 */
    Window(int capacity) {
        values = new double[capacity];
    }

    void add(double value) {
        values[(int) (count++ % values.length)] = value;
    }

    int size() {
        return (int) Math.min(count, values.length);
    }

    /** The mean, or null while there is no value. */
    @Nullable
    Double mean() {
        double sum = 0;
        for (int i = 0; i < size(); i++) {
            sum += values[i];
        }
        return size() == 0 ? null : sum / size();
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeLong(count);
        for (int i = 0; i < size(); i++) {
            out.writeDouble(values[i]);
        }
    }

    /** Takes over what {@link #writeTo} wrote for a window of the same capacity. */
    void readFrom(DataInput in) throws IOException {
        count = in.readLong();
        if (count < 0) {
            throw new IOException("A window of " + count + " values is out of range: the file is damaged.");
        }
        for (int i = 0; i < size(); i++) {
            values[i] = in.readDouble();
        }
    }
}
