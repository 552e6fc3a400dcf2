package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;

/** Where a test can compute: on the CPU always, on a GPU where the engine has one; otherwise the test is skipped. */
public final class Devices {

    private Devices() {}

    /** Everything fp32 on this device; skips the test, saying why, when it is {@code cuda} and there is none. */
    public static Compute compute(String device) {
        if (!device.equals("cpu")) {
            Torch.quiet();
            Engine engine = Engine.getEngine("PyTorch");
            assumeTrue(
                    engine.getGpuCount() > 0 && engine.hasCapability(StandardCapabilities.CUDA),
                    "the engine finds no GPU, so nothing is tested on " + device);
        }
        Compute cpu = Compute.cpu();
        return new Compute(device, cpu.precision(), cpu.batchTokens(), cpu.recompute());
    }

    /** The same bits on a CPU; on a GPU, whose sums have no fixed order, the same but for a share of the norm. */
    public static void assertSame(String device, float[] actual, float[] expected, double onGpu) {
        if (device.equals("cpu")) {
            assertThat(actual).isEqualTo(expected);
            return;
        }
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isLessThan(onGpu);
    }
}
