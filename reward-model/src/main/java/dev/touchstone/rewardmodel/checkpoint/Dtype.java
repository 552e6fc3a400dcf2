package dev.touchstone.rewardmodel.checkpoint;

/** How the safetensors format stores one value. All types are known by size; three of them can be read. */
public enum Dtype {
    BOOL(8),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    private final int bits;

    Dtype(int bits) {
        this.bits = bits;
    }

    /** Size of one value, in bits. */
    public int bits() {
        return bits;
    }

    /** Whether every value of this type is a value of fp32, so that reading loses nothing. */
    public boolean readable() {
        return this == F32 || this == BF16 || this == F16;
    }

    /** The name that {@code config.json} has for this type. */
    public String torchName() {
        return switch (this) {
            case F32 -> "float32";
            case BF16 -> "bfloat16";
            case F16 -> "float16";
            default -> throw new IllegalArgumentException("Weights are not stored as " + this + ".");
        };
    }
}
