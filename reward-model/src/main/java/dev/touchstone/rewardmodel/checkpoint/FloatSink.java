package dev.touchstone.rewardmodel.checkpoint;

import java.nio.FloatBuffer;

/** Takes the values of a tensor, row by row, in pieces of bounded size. */
@FunctionalInterface
public interface FloatSink {

    /**
     * Takes the next values.
     *
     * @param chunk from position to limit; its memory is used again after the call
     * @throws CheckpointException when they cannot be kept
     */
    void accept(FloatBuffer chunk) throws CheckpointException;
}
