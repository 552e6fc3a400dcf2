package dev.touchstone.rewardmodel;

/** The number type in which blocks are computed; weights, gradients, moments and the reward heads are fp32 either way. */
public enum Precision {
    /** 32 bits. */
    FP32(6),
    /** 16 bits with the range of 32; fast on a GPU and on a processor with AMX, slow on others. */
    BF16(15);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** The type's number in TorchScript. */
    public int code() {
        return code;
    }
}
