package dev.touchstone.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.Ports;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void shouldGiveNoPortTwiceWhenManyAreTaken() {
        // One after the other, so many would hold a port twice nearly always.
        assertThat(Ports.free(400)).hasSize(400).doesNotHaveDuplicates();
        assertThat(Ports.free(0)).isEmpty();
    }
}
