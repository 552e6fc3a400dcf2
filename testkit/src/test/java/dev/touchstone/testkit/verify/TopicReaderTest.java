package dev.touchstone.testkit.verify;

import static dev.touchstone.testkit.verify.HandWritten.completion;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Reading in rounds, on a real broker. */
@OnTestCluster
class TopicReaderTest {
    private static final TestCluster CLUSTER = TestCluster.shared();

    @Test
    void shouldLeaveWhatComesMeanwhileToTheNextRoundWhenItReads() {
        TopicCatalogue topics = CLUSTER.topics("rounds.");
        String name = topics.completions().name();
        try (HandWritten hand = new HandWritten(CLUSTER.settings(), topics);
                TopicReader reader = new TopicReader(
                        CLUSTER.settings(),
                        List.of(name, topics.critiquedCompletions().name()))) {
            for (int i = 0; i < 40; i++) {
                hand.in(completion(i, "text"));
            }
            List<Long> first = new ArrayList<>();
            AtomicBoolean asked = new AtomicBoolean();
            reader.readOn(record -> first.add(record.offset()), (done, total) -> {
                assertThat(done).isLessThanOrEqualTo(total);
                // The ends are known, and nothing is fetched yet.
                if (!asked.getAndSet(true)) {
                    for (int i = 40; i < 80; i++) {
                        hand.in(completion(i, "text"));
                    }
                }
            });
            assertThat(first).hasSize(40);
            assertThat(reader.read()).containsEntry(name, 40L);

            List<Long> second = new ArrayList<>();
            reader.readOn(record -> second.add(record.offset()), (done, total) -> {});
            assertThat(second).hasSize(40);
            assertThat(reader.read()).containsEntry(name, 80L);

            reader.readOn(record -> second.add(record.offset()), (done, total) -> {});
            assertThat(second).hasSize(40);
        }
    }
}
