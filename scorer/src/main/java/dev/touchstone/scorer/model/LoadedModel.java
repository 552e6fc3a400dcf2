package dev.touchstone.scorer.model;

import java.util.List;

/** One version of a model in memory. Used by one thread at a time. */
public interface LoadedModel extends AutoCloseable {
    /** What it is. */
    ModelInfo info();

    /**
     * Scores a batch.
     *
     * @return one score per input, in the order of the inputs
     */
    List<RawScore> score(List<ModelInput> inputs);

    /** Frees its memory. */
    @Override
    void close();
}
