package dev.touchstone.rewardmodel.checkpoint;

/** Conversions between the bits of fp32 and of the two halves of it. They work on bits, so that every NaN stays one. */
final class FloatBits {

    private FloatBits() {}

    /** The fp32 bits of a bfloat16, exactly. */
    static int fromBfloat16(short half) {
        return half << 16;
    }

    /** The bfloat16 next to an fp32 value; of two that are equally near, the even one. */
    static short toBfloat16(int bits) {
        if ((bits & 0x7fffffff) > 0x7f800000) {
            // A NaN whose upper half has no fraction bit would become an infinity: set the quiet bit.
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The fp32 bits of an IEEE 754 half, exactly. */
    static int fromFloat16(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0x1f) {
            return sign | 0x7f800000 | (fraction << 13);
        }
        if (exponent != 0) {
            return sign | ((exponent + 112) << 23) | (fraction << 13);
        }
        if (fraction == 0) {
            return sign;
        }
        // A subnormal half is fraction * 2^-24, a normal number in fp32: move its leading bit to where the 1 is
        // implied.
        int shift = Integer.numberOfLeadingZeros(fraction) - 21;
        return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
    }
}
