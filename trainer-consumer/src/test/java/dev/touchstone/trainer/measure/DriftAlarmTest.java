package dev.touchstone.trainer.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftAlarmTest {
    private static final int PAIRS = 20_000;
    private static final int SEEDS = 20;

    @Test
    void shouldKeepToTheChanceOfAFalseAlarmWhenTheErrorStands() {
        long changes = 0;
        for (double rate : new double[] {0.05, 0.2, 0.5}) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                DriftAlarm alarm = new DriftAlarm();
                draw(alarm, PAIRS, rate, new Random(seed));
                changes += alarm.figures().alarms() + alarm.figures().improvements();
            }
        }
        double checks = 3.0 * SEEDS * PAIRS / DriftAlarm.CHECK_EVERY;
        System.out.println("seeds 1 to " + SEEDS + ": " + changes + " changes in " + checks + " checks");
        assertThat(changes / checks).isLessThan(DriftAlarm.DELTA / 20);
    }

    @Test
    void shouldAlarmSoonWhenTheErrorRises() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            DriftAlarm alarm = new DriftAlarm();
            draw(alarm, 5_000, 0.2, random);
            assertThat(alarm.figures().alarms()).as("seed %d", seed).isZero();
            int needed = 0;
            while (alarm.figures().alarms() == 0) {
                draw(alarm, 1, 0.4, random);
                needed++;
            }
            DriftFigures figures = alarm.figures();
            System.out.println("seed " + seed + ": alarm after " + needed + " pairs");
            assertThat(needed).as("seed %d", seed).isLessThan(320);
            assertThat(figures.errorBefore()).isBetween(0.15, 0.25);
            assertThat(figures.errorAfter()).isGreaterThan(0.25);
            assertThat(figures.pairsSinceAlarm()).isZero();
            draw(alarm, 3_000, 0.4, random);
            assertThat(alarm.figures().error()).isBetween(0.35, 0.45);
            assertThat(alarm.figures().pairsSinceAlarm()).isLessThanOrEqualTo(3_000);
        }
    }

    @Test
    void shouldCountAnImprovementAndAlarmNobodyWhenTheErrorFalls() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            DriftAlarm alarm = new DriftAlarm();
            draw(alarm, 5_000, 0.4, random);
            draw(alarm, 1_000, 0.2, random);
            assertThat(alarm.figures().alarms()).as("seed %d", seed).isZero();
            assertThat(alarm.figures().improvements()).as("seed %d", seed).isPositive();
            assertThat(alarm.figures().errorBefore()).isNull();
        }
    }

    @Test
    void shouldHoldALongStreamInAFewBucketsAndKnowItsMean() {
        Adwin adwin = new Adwin(0.002);
        Random random = new Random(1);
        double sum = 0;
        for (int i = 0; i < 100_000; i++) {
            double value = random.nextInt(3) / 2.0;
            sum += value;
            adwin.add(value);
        }
        assertThat(adwin.size()).isEqualTo(100_000);
        assertThat(adwin.mean()).isEqualTo(sum / 100_000);
        assertThat(adwin.buckets()).isLessThanOrEqualTo(5 * 17);
    }

    private static void draw(DriftAlarm alarm, int pairs, double rate, Random random) {
        for (int i = 0; i < pairs; i++) {
            alarm.add(random.nextDouble() < rate ? 0 : 1);
        }
    }
}
