package dev.touchstone.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.benchmarks.experiment.LookupTask.Slice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CriticTest {
    private static final Critic CRITIC = new Critic(0.2, 3);

    private final LookupTask task = new LookupTask(TaskSettings.usual());
    private final List<Pair> pairs = task.training(10_000, new Random(1));

    @Test
    void shouldErrAsOftenAsItIsTold() {
        long wrong = pairs.stream()
                .filter(pair ->
                        CRITIC.verdicts(pair, true).correct() != pair.chosen().correct())
                .count();
        assertThat((double) wrong / pairs.size()).isCloseTo(0.2, within(0.015));
        Critic right = new Critic(0, 3);
        assertThat(pairs)
                .allSatisfy(pair -> assertThat(right.verdicts(pair, false))
                        .isEqualTo(new Critic.Verdicts(
                                pair.rejected().correct(),
                                pair.rejected().inForm(),
                                pair.rejected().polite())));
    }

    @Test
    void shouldSayTheSameOfTheSameCompletionWhateverItsLabel() {
        assertThat(pairs.subList(0, 500)).allSatisfy(pair -> {
            Pair other = new Pair(pair.number(), pair.prompt(), pair.rejected(), pair.chosen(), !pair.flipped());
            assertThat(CRITIC.critique(other, false)).isEqualTo(CRITIC.critique(pair, true));
            assertThat(CRITIC.critique(pair, true)).isEqualTo(CRITIC.critique(pair, true));
        });
    }

    @Test
    void shouldGiveEveryArmWhatItsNameSays() {
        Pair pair = pairs.get(0);
        assertThat(Arm.PLAIN.input(pairs, pair, true, CRITIC).critique()).isNull();
        assertThat(Arm.CRITIQUED.input(pairs, pair, true, CRITIC).critique()).isEqualTo(CRITIC.critique(pair, true));
        assertThat(Arm.SWAPPED.input(pairs, pair, true, CRITIC).critique()).isEqualTo(CRITIC.critique(pair, false));
        assertThat(Arm.FILLER.input(pairs, pair, true, CRITIC).critique().split(" "))
                .hasSize(9);
        assertThat(Arm.SHUFFLED.input(pairs, pair, true, CRITIC).critique().split(" "))
                .hasSize(9);
        assertThat(Arm.CRITIQUE_ONLY.input(pairs, pair, true, CRITIC).completion())
                .isEqualTo(Arm.CRITIQUE_ONLY.input(pairs, pair, false, CRITIC).completion());
        assertThat(Arm.CRITIQUED.input(pairs, pair, true, CRITIC).completion())
                .isEqualTo(Arm.PLAIN.input(pairs, pair, true, CRITIC).completion());
    }

    @Test
    void shouldOrderPairsByItsVerdictsAsTheRuleSays() {
        List<Pair> test = task.test(5_000, Slice.ID, new Random(2));
        Critic right = new Critic(0, 3);
        VerdictRule given = VerdictRule.given();
        VerdictRule fitted = VerdictRule.fitted(pairs, right);
        assertThat(fitted.correct() / fitted.polite()).isBetween(1.5, 6.0);
        assertThat(fitted.correct()).isGreaterThan(fitted.inForm());
        assertThat(fitted.accuracy(test, right)).isCloseTo(given.accuracy(test, right), within(0.02));
        assertThat(given.accuracy(test, right)).isGreaterThan(0.85);
        assertThat(given.accuracy(test, new Critic(0.5, 3))).isCloseTo(0.5, within(0.03));
    }
}
