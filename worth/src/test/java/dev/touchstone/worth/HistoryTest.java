package dev.touchstone.worth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static History.Point manifest(
            String model, String version, @Nullable String parent, long pairs, double accuracy) {
        return History.Point.of(CheckpointManifest.newBuilder()
                .setModelId(model)
                .setVersionId(version)
                .setUri("file:///nowhere")
                .setSha256("0")
                .setStep(pairs)
                .setOffsets(List.of())
                .setParent(parent)
                .setTrainedPairs(pairs)
                .setHeldOutPairs(0)
                .setMetrics(Map.of(
                        "prequentialAccuracy",
                        0.1,
                        "prequentialPairs",
                        (double) pairs,
                        "prequentialAccuracyWithCritique",
                        accuracy,
                        "prequentialPairsWithCritique",
                        pairs / 2.0))
                .setCreatedAt(Instant.EPOCH)
                .build());
    }

    @Test
    void shouldFollowTheLineageAndLeaveOutBranchesThatWereGivenUp() {
        History history = History.of(List.of(
                manifest("m", "a", null, 100, 0.5),
                manifest("other", "a", null, 10, 1),
                manifest("m", "given-up", "a", 400, 0.9),
                manifest("m", "b", "a", 300, 0.6)));
        assertThat(history.segments("m")).containsExactly(new Segment(0, 100, 50, 25), new Segment(100, 300, 100, 65));
    }

    @Test
    void shouldSayWhatToDoWhenThereIsNoSuchModel() {
        assertThatThrownBy(() -> History.of(List.of()).segments("m.plain"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("m.plain")
                .hasMessageContaining("touchstone.plain-arm");
    }
}
