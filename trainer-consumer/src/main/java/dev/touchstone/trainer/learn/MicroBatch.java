package dev.touchstone.trainer.learn;

import java.util.List;

/**
 * What is learnt from at once, in the order of the log.
 *
 * @param examples the pairs
 * @param dead records between them that could not be used
 */
public record MicroBatch(List<Example> examples, int dead) {
    /** Copies the list. */
    public MicroBatch {
        examples = List.copyOf(examples);
    }
}
