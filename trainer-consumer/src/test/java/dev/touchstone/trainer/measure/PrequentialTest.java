package dev.touchstone.trainer.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PrequentialTest {
    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void shouldGiveTheFiguresOfTheFormulasWhenPairsAreFew() {
        Prequential prequential = new Prequential(10);
        // Leads of ln 3, 0 and -ln 9: probabilities 0.75, 0.5 and 0.1.
        prequential.test(new ScoredPair(Math.log(3), 0, 30, 10), null, "a", null);
        prequential.test(new ScoredPair(0, 0, 20, 20), null, "a", null);
        prequential.test(new ScoredPair(-Math.log(9), 0, 10, 40), null, "a", null);

        PairFigures figures =
                Objects.requireNonNull(prequential.figures().window().all());
        assertThat(figures.pairs()).isEqualTo(3);
        assertThat(figures.accuracy()).isCloseTo(1.5 / 3, ROUNDING);
        assertThat(figures.logLoss()).isCloseTo(-(Math.log(0.75) + Math.log(0.5) + Math.log(0.1)) / 3, ROUNDING);
        assertThat(figures.brier()).isCloseTo((0.0625 + 0.25 + 0.81) / 3, ROUNDING);
        // Each in a bin of its own: right at 0.75, half right at 0.5, wrong at 0.9.
        assertThat(figures.calibrationError()).isCloseTo((0.25 + 0 + 0.9) / 3, ROUNDING);
        assertThat(figures.margin()).isCloseTo((Math.log(3) - Math.log(9)) / 3, ROUNDING);
        assertThat(figures.rewardMin()).isEqualTo(-Math.log(9));
        assertThat(figures.rewardMax()).isEqualTo(Math.log(3));
        assertThat(figures.rewardMean()).isCloseTo((Math.log(3) - Math.log(9)) / 6, ROUNDING);
    }

    @Test
    void shouldFindNoCalibrationErrorWhenConfidenceMeetsAccuracy() {
        Prequential honest = new Prequential(40_000);
        Prequential boasting = new Prequential(40_000);
        Random random = new Random(3);
        System.out.println("seed 3");
        for (int i = 0; i < 40_000; i++) {
            double strength = random.nextDouble() * 3;
            boolean right = random.nextDouble() < 1 / (1 + Math.exp(-strength));
            honest.test(new ScoredPair(right ? strength : -strength, 0, 1, 1), null, "", null);
            boasting.test(new ScoredPair(right ? 3 * strength : -3 * strength, 0, 1, 1), null, "", null);
        }
        PairFigures fair = Objects.requireNonNull(honest.figures().total().all());
        PairFigures loud = Objects.requireNonNull(boasting.figures().total().all());
        assertThat(fair.calibrationError()).isLessThan(0.02);
        assertThat(loud.calibrationError()).isGreaterThan(0.1);
        assertThat(loud.accuracy()).isEqualTo(fair.accuracy());
        assertThat(fair.lengthCorrelation()).isNull(); // all lengths are the same
    }

    @Test
    void shouldKeepWindowAndTotalApartWhenTheStreamChanges() {
        Prequential prequential = new Prequential(100);
        List<ScoredPair> pairs = random(1_000, 5);
        pairs.forEach(pair -> prequential.test(pair, null, "s", null));

        assertSame(prequential.figures().window().all(), pairs.subList(900, 1_000));
        assertSame(prequential.figures().total().all(), pairs);
    }

    @Test
    void shouldTellCritiquesReadFromCritiquesWithheld() {
        Prequential prequential = new Prequential(10);
        prequential.test(pair(1), null, "s", "critic/1");
        prequential.test(pair(-1), pair(1), "s", "critic/1");
        prequential.test(pair(1), null, "s", null); // it had none to withhold

        PrequentialFigures.Span window = prequential.figures().window();
        assertThat(Objects.requireNonNull(window.all()).pairs()).isEqualTo(3);
        assertThat(Objects.requireNonNull(window.withCritique()).pairs()).isEqualTo(2);
        assertThat(Objects.requireNonNull(window.withCritique()).accuracy()).isEqualTo(0.5);
        assertThat(Objects.requireNonNull(window.withoutCritique()).pairs()).isEqualTo(1);
        assertThat(Objects.requireNonNull(window.withoutCritique()).accuracy()).isEqualTo(1);
        assertThat(window.critics().get("critic/1")).isEqualTo(new NameFigures(2, 0.5, 0.5 * (loss(1) + loss(-1))));
        assertThat(prequential.figures().byName())
                .containsEntry("windowAccuracyWithCritique", 0.5)
                .containsEntry("prequentialAccuracyWithoutCritique", 1.0)
                .containsEntry("critic/critic/1/windowAccuracy", 0.5)
                .containsEntry("source/s/prequentialPairs", 3.0)
                .containsEntry("driftAlarms", 0.0)
                .doesNotContainKey("driftErrorBefore");
    }

    @Test
    void shouldCountTheRestTogetherWhenTheStreamNamesManySources() {
        Prequential prequential = new Prequential(200);
        for (int i = 0; i < 150; i++) {
            prequential.test(pair(1), null, i % 2 == 0 ? "s" + i : "x".repeat(10_000) + i, null);
        }
        prequential.test(pair(1), null, "other", null);
        prequential.test(pair(1), null, "s0", null);
        prequential.test(pair(1), null, " ", null);

        var sources = prequential.figures().total().sources();
        assertThat(sources)
                .hasSize(Breakdown.MOST_NAMES + 1)
                .isEqualTo(prequential.figures().window().sources());
        assertThat(Objects.requireNonNull(sources.get("s0")).pairs()).isEqualTo(2);
        assertThat(Objects.requireNonNull(sources.get("x".repeat(100))).pairs()).isEqualTo(75);
        assertThat(sources.values().stream().mapToLong(NameFigures::pairs).sum())
                .isEqualTo(153);
        assertThat(Objects.requireNonNull(sources.get("other")).pairs()).isEqualTo(75 - 31 + 2);
    }

    @Test
    void shouldLeaveOutWhatIsNotFinite() {
        Prequential prequential = new Prequential(4);
        prequential.test(new ScoredPair(Double.NaN, 0, 1, 1), null, "s", "c");
        prequential.test(new ScoredPair(0, Double.NEGATIVE_INFINITY, 1, 1), null, "s", "c");
        prequential.test(new ScoredPair(Double.NaN, 0, 1, 1), new ScoredPair(Double.NaN, 0, 1, 1), "s", "c");

        assertThat(prequential.figures().total().all()).isNull();
        assertThat(prequential.figures().total().withoutCritique()).isNull();
        assertThat(prequential.figures().byName()).hasSize(3); // the counters of the drift alarm
    }

    @Test
    void shouldGoOnWithTheSameBytesWhenRestoredInBetween() throws IOException {
        List<ScoredPair> pairs = random(3_000, 7);
        Prequential undisturbed = new Prequential(64);
        feed(undisturbed, pairs, 0);
        Prequential first = new Prequential(64);
        feed(first, pairs.subList(0, 1_001), 0);
        Prequential second = new Prequential(64);
        second.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(first))));
        feed(second, pairs.subList(1_001, 3_000), 1_001);

        assertThat(bytes(second)).isEqualTo(bytes(undisturbed));
        assertThat(second.figures()).isEqualTo(undisturbed.figures());
        assertThat(second.figures().drift().alarms()).isPositive();
    }

    @Test
    void shouldSayThatTheFileIsDamagedWhenASizeIsOutOfRange() throws IOException {
        byte[] bytes = bytes(new Prequential(4));
        bytes[0] = -1;
        assertThatThrownBy(() -> new Prequential(4).readFrom(new DataInputStream(new ByteArrayInputStream(bytes))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    private static void feed(Prequential to, List<ScoredPair> pairs, int from) {
        for (int i = 0; i < pairs.size(); i++) {
            int number = from + i;
            // From the middle on the model errs: the drift alarm must be in the bytes, too.
            ScoredPair pair = number < 1_500 ? pair(1) : pairs.get(i);
            to.test(
                    pair,
                    number % 7 == 0 ? pairs.get(i) : null,
                    "s" + number % 40,
                    number % 3 == 0 ? null : "c" + number % 50);
        }
    }

    private static byte[] bytes(Prequential prequential) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        prequential.writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static List<ScoredPair> random(int count, long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<ScoredPair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = random.nextInt(500);
            double reward = 100 + random.nextGaussian() + length / 300.0;
            pairs.add(new ScoredPair(reward, 100 + random.nextGaussian(), length, random.nextInt(500)));
        }
        return pairs;
    }

    /** The formulas again, in two passes and in the plainest way. */
    private static void assertSame(PairFigures figures, List<ScoredPair> pairs) {
        Objects.requireNonNull(figures);
        int n = pairs.size();
        double[] rewards = new double[2 * n];
        double[] lengths = new double[2 * n];
        double brier = 0;
        double logLoss = 0;
        for (int i = 0; i < n; i++) {
            ScoredPair pair = pairs.get(i);
            rewards[2 * i] = pair.chosen();
            rewards[2 * i + 1] = pair.rejected();
            lengths[2 * i] = pair.chosenLength();
            lengths[2 * i + 1] = pair.rejectedLength();
            double p = 1 / (1 + Math.exp(pair.rejected() - pair.chosen()));
            brier += (1 - p) * (1 - p) / n;
            logLoss -= Math.log(p) / n;
        }
        assertThat(figures.pairs()).isEqualTo(n);
        assertThat(figures.brier()).isCloseTo(brier, within(1e-9));
        assertThat(figures.logLoss()).isCloseTo(logLoss, within(1e-9));
        assertThat(figures.lengthCorrelation()).isCloseTo(pearson(rewards, lengths), within(1e-9));
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = java.util.Arrays.stream(x).average().orElseThrow();
        double meanY = java.util.Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static ScoredPair pair(double lead) {
        return new ScoredPair(lead, 0, 10, 10);
    }

    private static double loss(double lead) {
        return ScoredPair.logLoss(lead);
    }
}
