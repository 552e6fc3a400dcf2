package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScorerSlotTest {

    private static final List<RewardInput> REQUEST = List.of(
            new RewardInput(List.of(new Turn("user", "Add 3 and 9.")), "The answer is 12.", "The sum is right."),
            new RewardInput(List.of(), "No.", null),
            new RewardInput(List.of(new Turn("user", "Be polite.")), "What a stupid question. ".repeat(60), "Rude."));

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldSayWhichVersionScoredWhenLoaded() throws Exception {
        Checkpoint.Written written = checkpoint(1);
        try (ScorerSlot slot = new ScorerSlot()) {
            assertThat(slot.isLoaded()).isFalse();
            assertThatThrownBy(() -> slot.score(REQUEST)).isInstanceOf(IllegalStateException.class);
            slot.swap(RewardScorer.load(written.folder()));
            Scores scores = slot.score(REQUEST);
            assertThat(scores.versionId()).isEqualTo(written.versionId());
            assertThat(scores.sha256()).isEqualTo(written.sha256());
            assertThat(scores.truncated()).containsExactly(false, false, true);
            assertThat(scores.logits()).hasSize(3).doesNotHaveDuplicates();
            assertThat(scores.spreads()).isNull();
        }
    }

    @Test
    void shouldScoreWholeRequestsByOneVersionWhenSwappedUnderLoad() throws Exception {
        List<Checkpoint.Written> versions = List.of(checkpoint(1), checkpoint(2), checkpoint(3));
        Map<String, double[]> expected = new HashMap<>();
        for (Checkpoint.Written version : versions) {
            try (RewardScorer scorer = RewardScorer.load(version.folder())) {
                expected.put(version.sha256(), scorer.scoreInputs(REQUEST).logits());
            }
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger scored = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (ScorerSlot slot = new ScorerSlot()) {
            slot.swap(RewardScorer.load(versions.get(0).folder()));
            List<Future<Integer>> users = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                users.add(threads.submit(() -> {
                    int wrong = 0;
                    while (!stop.get()) {
                        Scores scores = slot.score(REQUEST);
                        wrong += Arrays.equals(scores.logits(), expected.get(scores.sha256())) ? 0 : 1;
                        scored.incrementAndGet();
                    }
                    return wrong;
                }));
            }
            for (int swap = 1; swap <= 20; swap++) {
                int seen = scored.get();
                slot.swap(RewardScorer.load(versions.get(swap % 3).folder()));
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> scored.get() > seen + 6);
            }
            stop.set(true);
            for (Future<Integer> user : users) {
                assertThat(user.get(60, TimeUnit.SECONDS)).isZero();
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void shouldKeepTheOldVersionOpenWhenItIsSwappedInTheMiddleOfARequest() throws Exception {
        RewardScorer first = RewardScorer.load(checkpoint(1).folder());
        RewardScorer second = RewardScorer.load(checkpoint(2).folder());
        try (ScorerSlot slot = new ScorerSlot()) {
            slot.swap(first);
            Scores scores = slot.with(scorer -> {
                slot.swap(second);
                return scorer.scoreInputs(REQUEST);
            });
            assertClosed(first);
            assertThat(scores.sha256()).isEqualTo(first.sha256());
            assertThat(slot.score(REQUEST).sha256()).isEqualTo(second.sha256());
        }
        assertClosed(second);
    }

    private static void assertClosed(RewardScorer scorer) {
        assertThatThrownBy(() -> scorer.score(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private Checkpoint.Written checkpoint(long seed) throws Exception {
        try (RewardModelTrainer trainer = ToyTask.builtIn(seed)) {
            return trainer.checkpoint(root, null, Map.of());
        }
    }
}
