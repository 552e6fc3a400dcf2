package dev.touchstone.rewardmodel;

/**
 * Where and how a network is computed. No part of the model: checkpoints don't hold it.
 *
 * @param device {@code cpu}, {@code cuda}, or {@code cuda:N}
 * @param precision number type of the blocks
 * @param batchTokens the most tokens, padding included, of one forward pass; a larger batch is cut into several
 * @param recompute whether a step keeps one block's activations only and computes the others again (Chen et al., arXiv
 *     1604.06174): less memory, about a third more time
 */
public record Compute(String device, Precision precision, int batchTokens, boolean recompute) {

    private static final int CACHED_TOKENS = 4096;

    public Compute {
        if (!device.matches("cpu|cuda(:[0-9]{1,2})?")) {
            throw new IllegalArgumentException(
                    "The device is \"" + device + "\", but must be cpu, cuda, or cuda:N with a number.");
        }
        if (batchTokens < 1) {
            throw new IllegalArgumentException("batchTokens must be at least 1, but is " + batchTokens + ".");
        }
    }

    /** On the CPU in fp32, 16,384 tokens at once, keeping activations. */
    public static Compute cpu() {
        return new Compute("cpu", Precision.FP32, 1 << 14, false);
    }

    /** The same for scoring: on a CPU batches whose activations stay in the cache, which is faster; see benchmarks. */
    public Compute forScoring() {
        return device.equals("cpu") ? with(Math.min(batchTokens, CACHED_TOKENS), false) : this;
    }

    /**
     * Whether there is such a device; call {@link Torch#start} before.
     *
     * @throws IllegalArgumentException with a sentence for the user when there is none
     */
    public void requireDevice() {
        Torch.device(device);
    }

    /** The same in another number type. */
    public Compute with(Precision other) {
        return new Compute(device, other, batchTokens, recompute);
    }

    /** The same with other limits of memory. */
    public Compute with(int tokens, boolean recomputeBlocks) {
        return new Compute(device, precision, tokens, recomputeBlocks);
    }
}
