package dev.touchstone.rewardmodel.checkpoint;

/** Gives the values of a tensor, row by row, in pieces of any size. */
@FunctionalInterface
public interface FloatSource {

    /**
     * Hands all values to the sink.
     *
     * @throws CheckpointException when they cannot be had, or the sink cannot keep them
     */
    void writeTo(FloatSink sink) throws CheckpointException;
}
