package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatBitsTest {

    @Test
    void shouldGiveTheValueOfTheFormulaWhenAnyBfloat16IsWidened() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            assertSame(FloatBits.fromBfloat16((short) bits), formula(bits, 8, 7), bits);
        }
    }

    @Test
    void shouldGiveTheValueOfTheFormulaWhenAnyHalfIsWidened() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            assertSame(FloatBits.fromFloat16((short) bits), formula(bits, 5, 10), bits);
        }
    }

    @Test
    void shouldGiveTheSameBitsBackWhenABfloat16IsWidenedAndRounded() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short back = FloatBits.toBfloat16(FloatBits.fromBfloat16((short) bits));
            if (Double.isNaN(formula(bits, 8, 7))) {
                assertThat(formula(back & 0xffff, 8, 7)).isNaN();
            } else {
                assertThat(back).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void shouldRoundToTheNearestAndToEvenWhenNarrowed() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            // Every fourth is exactly halfway between two.
            int bits = i % 4 == 0 ? (random.nextInt() & 0xffff0000) | 0x8000 : random.nextInt();
            float value = Float.intBitsToFloat(bits);
            int rounded = FloatBits.toBfloat16(bits) & 0xffff;
            if (Float.isNaN(value)) {
                assertThat(formula(rounded, 8, 7)).isNaN();
            } else if ((rounded & 0x7fff) != 0x7f80) {
                BigDecimal error = error(value, rounded);
                for (int neighbour : new int[] {rounded - 1, rounded + 1}) {
                    if ((neighbour & 0x7fff) < 0x7f80 && (neighbour & 0x8000) == (rounded & 0x8000)) {
                        int order = error.compareTo(error(value, neighbour));
                        assertThat(order).isLessThanOrEqualTo(rounded % 2 == 0 ? 0 : -1);
                    }
                }
            }
        }
    }

    @Test
    void shouldKeepNaNsAndOverflowToInfinityWhenNarrowed() {
        assertThat(formula(FloatBits.toBfloat16(0x7f800001) & 0xffff, 8, 7)).isNaN();
        assertThat(formula(FloatBits.toBfloat16(0xffffffff) & 0xffff, 8, 7)).isNaN();
        assertThat(FloatBits.toBfloat16(0x7f7fffff)).isEqualTo((short) 0x7f80);
        assertThat(FloatBits.toBfloat16(0xff800000)).isEqualTo((short) 0xff80);
        assertThat(FloatBits.toBfloat16(0x80000000)).isEqualTo((short) 0x8000);
    }

    private static BigDecimal error(float value, int bfloat16) {
        return new BigDecimal(value)
                .subtract(new BigDecimal(formula(bfloat16, 8, 7)))
                .abs();
    }

    /** IEEE 754: (-1)^sign * 2^(exponent - bias) * 1.fraction. */
    private static double formula(int bits, int exponentBits, int fractionBits) {
        double sign = bits >> 15 == 0 ? 1 : -1;
        int largest = (1 << exponentBits) - 1;
        int exponent = bits >> fractionBits & largest;
        double fraction = (bits & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
        int bias = largest >> 1;
        if (exponent == largest) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * fraction * Math.pow(2, 1 - bias)
                : sign * (1 + fraction) * Math.pow(2, exponent - bias);
    }

    private static void assertSame(int bits, double expected, int pattern) {
        double value = Float.intBitsToFloat(bits);
        assertThat(Double.compare(value, expected)).as("pattern %x", pattern).isZero();
    }
}
