package dev.touchstone.rewardmodel.checkpoint;

/**
 * A tensor in a file, without its values. The array belongs to the record.
 *
 * @param name as in the file
 * @param dtype how a value is stored
 * @param shape dimensions, outermost first; empty for a scalar
 * @param begin where its values begin, in bytes from the beginning of the file
 * @param end where they end
 */
@SuppressWarnings("ArrayRecordComponent")
public record TensorInfo(String name, Dtype dtype, long[] shape, long begin, long end) {

    /** Number of values. */
    public long elements() {
        return (end - begin) * 8 / dtype.bits();
    }
}
