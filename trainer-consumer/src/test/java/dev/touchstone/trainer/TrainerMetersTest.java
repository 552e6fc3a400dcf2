package dev.touchstone.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.measure.Prequential;
import dev.touchstone.trainer.measure.ScoredPair;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrainerMetersTest {
    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TrainerMeters meters = new TrainerMeters(registry, "m", now::get);

    @Test
    void shouldShowFiguresByArmAndNameOnceThereAreSome() {
        assertThat(value("rm.train.window.accuracy", "critique", "withheld")).isNaN();
        Prequential prequential = new Prequential(10);
        prequential.test(new ScoredPair(1, 0, 5, 9), new ScoredPair(0, 1, 5, 9), "chat", "rubric/v1");
        prequential.test(new ScoredPair(0, 1, 5, 9), null, "code", null);
        Figures figures = figures(prequential);
        meters.learnt(outcome(3, 100), figures, List.of());
        meters.published(figures, Duration.ofMillis(5), Ruling.bootstrap());

        assertThat(value("rm.train.window.accuracy", "critique", "any")).isEqualTo(0.5);
        assertThat(value("rm.train.window.accuracy", "critique", "read")).isEqualTo(1);
        assertThat(value("rm.train.total.accuracy", "critique", "withheld")).isEqualTo(0);
        assertThat(value("rm.train.total.length.correlation", "critique", "any"))
                .isCloseTo(0, within(1e-9));
        assertThat(value("rm.train.source.accuracy", "source", "code")).isEqualTo(0);
        assertThat(value("rm.train.critic.accuracy", "critic", "rubric/v1")).isEqualTo(1);
        assertThat(value("rm.train.drift.alarms")).isZero();
        assertThat(value("rm.train.drift.error.before")).isNaN();
    }

    @Test
    void shouldShowTheSpeedOfTheLastMinuteAndTheAgeOfTheCheckpoint() {
        Figures figures = figures(new Prequential(10));
        meters.began();
        pass(30);
        meters.learnt(outcome(3, 600), figures, List.of());
        assertThat(value("rm.train.steps.per.second")).isEqualTo(0.1);
        assertThat(value("rm.train.tokens.per.second")).isEqualTo(20);
        assertThat(value("rm.checkpoint.age.seconds")).isEqualTo(30);
        pass(50);
        meters.learnt(outcome(6, 1_200), figures, List.of());
        meters.published(figures, Duration.ofMillis(5), Ruling.bootstrap());
        assertThat(value("rm.train.steps.per.second")).isEqualTo(0.15);
        pass(20);
        assertThat(value("rm.train.steps.per.second")).isEqualTo(0.1); // the first three are older than a minute
        assertThat(value("rm.checkpoint.age.seconds")).isEqualTo(20);
        assertThat(registry.get("rm.train.steps").counter().count()).isEqualTo(9);
        assertThat(registry.get("rm.train.tokens").counter().count()).isEqualTo(1_800);
    }

    private void pass(int seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private double value(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private static BatchOutcome outcome(int steps, long tokens) {
        return new BatchOutcome(1, steps, steps, 1, 0, 0, tokens);
    }

    private static Figures figures(Prequential prequential) {
        return new Figures(1, 3, 0, 2, 0, 0, 100, prequential.figures(), null, null, 0);
    }
}
