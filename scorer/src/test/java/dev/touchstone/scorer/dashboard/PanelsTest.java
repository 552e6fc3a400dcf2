package dev.touchstone.scorer.dashboard;

import static dev.touchstone.scorer.Fixtures.NOW;
import static dev.touchstone.scorer.Fixtures.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.schemas.kafka.DeadLetters.Origin;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.scorer.MovableClock;
import dev.touchstone.scorer.dashboard.CheckpointPanel.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic behind the page; that the page shows it is {@code PageTest}'s. */
class PanelsTest {
    @Test
    void shouldCountWhatWaitsWhateverIsSeenFirst() {
        PendingPanel panel = new PendingPanel();
        panel.in(id(1), true, new Origin("pairs", 0, 1), NOW);
        panel.in(id(2), false, new Origin("completions", 0, 1), NOW.plusSeconds(1));
        panel.in(id(3), true, new Origin("pairs", 0, 2), NOW.plusSeconds(2));
        panel.in(id(1), true, new Origin("pairs", 0, 3), NOW.plusSeconds(3)); // sent twice
        assertThat(panel.view(NOW.plusSeconds(5))).isEqualTo(new PendingPanel.View(2, 1, 5.0, false));
        panel.out(id(1));
        panel.dead(new Origin("pairs", 0, 2));
        assertThat(panel.view(NOW.plusSeconds(5))).isEqualTo(new PendingPanel.View(0, 1, 4.0, false));
        // What came out is seen before what went in: topics are read side by side.
        panel.out(id(4));
        panel.dead(new Origin("pairs", 1, 9));
        panel.in(id(4), true, new Origin("pairs", 1, 8), NOW);
        panel.in(id(5), true, new Origin("pairs", 1, 9), NOW);
        panel.out(id(2));
        assertThat(panel.view(NOW)).isEqualTo(new PendingPanel.View(0, 0, null, false));
    }

    @Test
    void shouldCountACritiqueOnceHoweverOftenItIsUsed() {
        MovableClock clock = new MovableClock(NOW);
        CriticPanel panel = new CriticPanel(clock);
        panel.add(List.of(critique("a", NOW, 0.5), critique("b", NOW.minusSeconds(86_400), 0.25)));
        panel.add(List.of(critique("a", NOW, 0.5)));
        assertThat(panel.view()).satisfies(view -> {
            assertThat(view.critiques()).isEqualTo(2);
            assertThat(view.repeated()).isEqualTo(1);
            assertThat(view.cost()).isEqualTo(0.75);
            assertThat(view.costToday()).isEqualTo(0.5);
            assertThat(view.since()).isEqualTo(NOW.minusSeconds(86_400));
            assertThat(view.critics()).containsExactly(new CriticPanel.Critic("critic", 2, 20, 6, 0.75));
        });
        clock.advance(Duration.ofDays(1));
        assertThat(panel.view().costToday()).isZero();
        assertThat(panel.view().cost()).isEqualTo(0.75);
    }

    @Test
    void shouldForgetWhatIsOlderThanTenMinutes() {
        Rates rates = new Rates(NOW);
        for (int i = 0; i < 30; i++) {
            rates.count(Rates.Flow.REWARDS, NOW.plusSeconds(i / 3));
        }
        assertThat(rates.now(Rates.Flow.REWARDS, NOW.plusSeconds(10))).isEqualTo(3.0);
        assertThat(rates.now(Rates.Flow.CRITIQUED_PAIRS, NOW.plusSeconds(10))).isZero();
        assertThat(rates.now(Rates.Flow.REWARDS, NOW.plusSeconds(15))).isEqualTo(1.5);
        // In points of ten full seconds: five of the ten seconds came before the first whole one.
        assertThat(rates.history(NOW.plusSeconds(60)).stream()
                        .mapToDouble(Rates.Point::rewards)
                        .sum())
                .isEqualTo(1.5);
        assertThat(rates.history(NOW.plusSeconds(700))).allMatch(point -> point.rewards() == 0);
    }

    @Test
    void shouldPutValuesBeyondTheEdgesIntoTheLastBins() {
        RewardPanel panel = new RewardPanel();
        panel.add(Fixtures.critiqued(1, "It is 4."));
        panel.add(reward(1, 0.1), true);
        panel.add(reward(2, -99.0), true);
        panel.add(reward(3, 99.0), false);
        panel.add(reward(4, null), true);
        RewardPanel.View view = panel.view();
        assertThat(view.histogram().counts()).hasSize(24).startsWith(1).endsWith(1);
        assertThat(view.histogram().counts().get(12)).isEqualTo(1);
        assertThat(view.histogram().values()).isEqualTo(3);
        assertThat(view.histogram().mean()).isCloseTo(0.1 / 3, within(1e-9));
        assertThat(view.counts()).isEqualTo(Map.of(RewardStatus.OK, 2L, RewardStatus.FAILED, 1L));
        assertThat(view.newest()).extracting(RewardPanel.Row::completion).containsExactly(null, null, null, "It is 4.");
    }

    @Test
    void shouldTellWhatACheckpointIsByNameThenByGate() {
        CheckpointPanel panel = new CheckpointPanel();
        panel.add(manifest("v1", GateDecision.BOOTSTRAP, null));
        panel.add(manifest("v2", GateDecision.REJECTED, null));
        panel.add(manifest("v3", GateDecision.PROMOTED, null));
        panel.add(manifest("v4", GateDecision.NOT_EVALUATED, null));
        panel.add(Fixtures.champion("v3"));
        panel.add(
                ModelAlias.newBuilder(Fixtures.champion("v1")).setAlias("hold").build());
        panel.add(manifest("v2", GateDecision.REJECTED, NOW)); // retired; keeps its place
        assertThat(panel.view().newest())
                .extracting(CheckpointPanel.Row::version)
                .containsExactly("v4", "v3", "v2", "v1");
        assertThat(panel.view().newest())
                .extracting(CheckpointPanel.Row::state)
                .containsExactly(State.CANDIDATE, State.CHAMPION, State.RETIRED, State.FORMER);
        assertThat(panel.view().held()).isTrue();
        panel.removeName("hold");
        assertThat(panel.view().held()).isFalse();
        for (int i = 5; i < 40; i++) {
            panel.add(manifest("v" + i, GateDecision.REJECTED, null));
        }
        assertThat(panel.view().newest())
                .as("the newest, and the champion")
                .hasSize(13)
                .last()
                .extracting(CheckpointPanel.Row::version)
                .isEqualTo("v3");
        assertThat(panel.view().decisions()).containsEntry(GateDecision.REJECTED, 36L);
    }

    @Test
    void shouldDrawNothingThatATrainerGaveUp() {
        TrainingPanel panel = new TrainingPanel();
        panel.add(metrics(100, 0));
        panel.add(metrics(200, 10));
        assertThat(panel.view().pairsPerSecond()).isEqualTo(10.0);
        panel.add(metrics(300, 20));
        panel.add(metrics(250, 30)); // it went back to the checkpoint of 200
        assertThat(panel.view().points()).extracting(TrainingPanel.Point::pairs).containsExactly(100L, 200L, 250L);
        assertThat(panel.view().pairsPerSecond()).isNull();
        for (int i = 0; i < 1_000; i++) {
            panel.add(metrics(300 + i, 40 + i));
        }
        assertThat(panel.view().points())
                .hasSizeBetween(200, 400)
                .last()
                .extracting(TrainingPanel.Point::pairs)
                .isEqualTo(1_299L);
    }

    private static Critique critique(String text, Instant at, double cost) {
        return Critique.newBuilder()
                .setText(text)
                .setCriticModel("critic")
                .setPromptVersion("p")
                .setPromptTokens(10)
                .setCompletionTokens(3)
                .setCost(cost)
                .setCreatedAt(at)
                .build();
    }

    private static Reward reward(int number, Double value) {
        return Reward.newBuilder()
                .setCompletionId(id(number))
                .setStatus(value == null ? RewardStatus.FAILED : RewardStatus.OK)
                .setLogit(value)
                .setValue(value)
                .setScoredAt(NOW)
                .build();
    }

    private static CheckpointManifest manifest(String version, GateDecision gate, Instant retiredAt) {
        return CheckpointManifest.newBuilder(Fixtures.manifest(version, 1, "file:///none", "sha"))
                .setGate(gate)
                .setRetiredAt(retiredAt)
                .build();
    }

    private static TrainingMetrics metrics(long pairs, long seconds) {
        return TrainingMetrics.newBuilder()
                .setModelId(Fixtures.MODEL)
                .setVersionId("v" + pairs)
                .setStep(pairs)
                .setTrainedPairs(pairs)
                .setHeldOutPairs(1)
                .setWindowPairs(1)
                .setMeasuredAt(NOW.plusSeconds(seconds))
                .build();
    }
}
