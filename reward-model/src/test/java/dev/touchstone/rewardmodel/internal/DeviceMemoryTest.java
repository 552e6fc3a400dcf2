package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DeviceMemoryTest {

    private static final RuntimeException FULL = new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB");

    @Test
    void shouldHalveWhatDidNotFitWhenTheLimitIsFarAboveIt() {
        DeviceMemory memory = new DeviceMemory(1 << 14);
        memory.shrink(FULL, 512, true);
        assertThat(memory.tokens()).isEqualTo(256);
        memory.shrink(FULL, 512, true);
        assertThat(memory.tokens()).isEqualTo(128);
    }

    @Test
    void shouldStopWhenNothingIsLeftToDivide() {
        DeviceMemory memory = new DeviceMemory(64);
        assertThatThrownBy(() -> memory.shrink(FULL, 64, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fits the memory of the device")
                .hasCause(FULL);
    }

    @Test
    void shouldPassOnWhatIsNoLackOfMemory() {
        RuntimeException other = new IllegalArgumentException("no");
        assertThatThrownBy(() -> new DeviceMemory(64).shrink(other, 64, true)).isSameAs(other);
    }
}
