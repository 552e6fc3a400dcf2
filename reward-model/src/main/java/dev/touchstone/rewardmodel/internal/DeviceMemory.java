package dev.touchstone.rewardmodel.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many tokens fit the device at once: as many as configured until a batch does not fit, then half of that one. */
final class DeviceMemory {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);

    private volatile int tokens;

    DeviceMemory(int tokens) {
        this.tokens = tokens;
    }

    /** The most padded tokens of a batch. */
    int tokens() {
        return tokens;
    }

    /**
     * Takes note of a batch that did not fit.
     *
     * @param thrown what the engine threw; thrown again when it says something else
     * @param largest tokens of the largest batch of the plan that failed
     * @param divisible whether a smaller batch can be made
     * @throws IllegalStateException with a sentence for the user when it cannot
     */
    void shrink(RuntimeException thrown, int largest, boolean divisible) {
        if (!isOutOfMemory(thrown)) {
            throw thrown;
        }
        if (!divisible) {
            throw new IllegalStateException(
                    "Not even the smallest batch, one input or one pair, fits the memory of the device: take a smaller "
                            + "model, shorter inputs, adapters, or recompute activations.",
                    thrown);
        }
        tokens = Math.max(1, Math.min(tokens, largest) / 2);
        LOG.warn("A batch did not fit the device's memory; from now on one holds {} tokens.", tokens);
    }

    /** The engine has no type for it: libtorch says so in these words, on a GPU and on a CPU. */
    static boolean isOutOfMemory(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (message.contains("out of memory") || message.contains("can't allocate memory")) {
                return true;
            }
        }
        return false;
    }
}
