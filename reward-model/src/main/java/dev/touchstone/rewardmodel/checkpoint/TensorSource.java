package dev.touchstone.rewardmodel.checkpoint;

import java.nio.FloatBuffer;

/**
 * A tensor to write. The array belongs to the record.
 *
 * @param name in the file
 * @param dtype how values are stored: F32 as they are, or BF16 rounded to the nearest
 * @param shape dimensions, outermost first; empty for a scalar
 * @param source gives as many values as the shape has
 */
@SuppressWarnings("ArrayRecordComponent")
public record TensorSource(String name, Dtype dtype, long[] shape, FloatSource source) {

    public TensorSource {
        if (dtype != Dtype.F32 && dtype != Dtype.BF16) {
            throw new IllegalArgumentException("Tensors are written as F32 or BF16, not as " + dtype + ".");
        }
    }

    /** F32 values out of an array, from an offset on, as many as the shape has. */
    public static TensorSource of(String name, long[] shape, float[] values, int offset) {
        return new TensorSource(
                name,
                Dtype.F32,
                shape,
                sink -> sink.accept(FloatBuffer.wrap(values, offset, Math.toIntExact(elements(shape)))));
    }

    /** Number of values. */
    public long elements() {
        return elements(shape);
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }
}
