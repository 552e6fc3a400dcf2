package dev.touchstone.quickstart.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartsTest {
    @Test
    void shouldGiveNoPortTwiceWhenPartsAreMany() {
        List<Integer> planned = Ports.free(3);
        Parts parts = new Parts(
                new StackPlan(Path.of("home"), Path.of("data"), planned.get(0), planned.get(1), planned.get(2), null));
        // So many would hold a port twice nearly always, and one of the plan's now and then.
        List<Integer> given =
                IntStream.range(0, 1_000).map(i -> parts.freePort()).boxed().toList();
        assertThat(given).doesNotHaveDuplicates().doesNotContainAnyElementsOf(planned);
    }
}
