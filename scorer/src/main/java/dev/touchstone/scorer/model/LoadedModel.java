package dev.touchstone.scorer.model;

import java.util.List;

/** One version of a model in memory. Any threads may let it encode; it scores for one at a time. */
public interface LoadedModel extends AutoCloseable {
    /** A text in the form that this version reads. No other version can be given it. */
    interface Encoded {}

    /** What it is. */
    ModelInfo info();

    /**
     * Brings a text into the form that this version reads.
     *
     * @throws TextRefusedException if it cannot be shown this text
     */
    Encoded encode(ModelInput input);

    /**
     * Scores a batch.
     *
     * @param inputs made by {@link #encode}
     * @return one score per input, in the order of the inputs
     */
    List<RawScore> score(List<Encoded> inputs);

    /** Frees its memory; nothing may encode or score any more. */
    @Override
    void close();
}
