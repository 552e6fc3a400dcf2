package dev.touchstone.benchmarks.experiment.owndata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.Interval;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Critiques;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;
import dev.touchstone.rewardmodel.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArmsOnOwnPairsTest {
    private static final List<OwnPair> PAIRS = Samples.list(4_000);
    private static final OwnCondition CRITIQUED = new OwnCondition(Arm.CRITIQUED, 0.2);

    private final ReferenceCritic critic = new ReferenceCritic(0.2, 3);

    @Test
    void shouldShareNoPromptBetweenPartsAndTestEveryPairOnce() {
        OwnData data = OwnData.of("some", Samples.list(200), List.of());
        List<Split> splits = Split.of(data, 4, 1);
        List<OwnPair> tested = new ArrayList<>();
        for (Split split : splits) {
            Set<List<Turn>> all = new HashSet<>();
            int sum = 0;
            for (List<OwnPair> part : List.of(split.training(), split.validation(), split.test())) {
                Set<List<Turn>> prompts = new HashSet<>();
                part.forEach(pair -> prompts.add(pair.prompt()));
                all.addAll(prompts);
                sum += prompts.size();
                assertThat(part).isNotEmpty();
            }
            assertThat(sum).isEqualTo(all.size()).isEqualTo(100);
            tested.addAll(split.test());
        }
        assertThat(tested).containsExactlyInAnyOrderElementsOf(data.pairs());
        assertThat(Split.of(data, 4, 1)).isEqualTo(splits);
        assertThat(Split.of(data, 4, 2)).isNotEqualTo(splits);
    }

    @Test
    void shouldErrAsOftenAsItIsToldAndJudgeASolutionOnce() {
        double errors = PAIRS.stream()
                .mapToDouble(pair -> critic.of(pair, false).verdicts().getOrDefault("correctness", -1.0))
                .average()
                .orElseThrow();
        assertThat(errors).isCloseTo(0.2, within(0.03));
        // Two pairs of one question share their right solution.
        assertThat(IntStream.range(0, PAIRS.size() / 2)
                        .filter(i -> !critic.of(PAIRS.get(2 * i), true).equals(critic.of(PAIRS.get(2 * i + 1), true))))
                .isEmpty();
        assertThat(new ReferenceCritic(0, 1).of(PAIRS.get(0), true).verdicts()).containsEntry("correctness", 1.0);
    }

    @Test
    void shouldReadTheFinalAnswerWhateverItsSpelling() {
        assertThat(ReferenceCritic.answerOf("So it is\nA: $1,200.00 ")).isEqualTo("1200");
        assertThat(ReferenceCritic.answerOf("A: 3\nA: 4.50")).isEqualTo("4.50");
        assertThat(ReferenceCritic.answerOf("7")).isEqualTo("7");
    }

    @Test
    void shouldGiveEveryArmWhatItsNameSays() {
        OwnPair pair = PAIRS.get(0);
        assertThat(shown(Arm.PLAIN, pair)).isNull();
        assertThat(shown(Arm.CRITIQUED, pair))
                .isEqualTo(critic.of(pair, true).text())
                .isEqualTo(shown(Arm.CRITIQUE_ONLY, pair));
        assertThat(shown(Arm.SWAPPED, pair)).isEqualTo(critic.of(pair, false).text());
        assertThat(shown(Arm.FILLER, pair).split(" "))
                .hasSameSizeAs(shown(Arm.CRITIQUED, pair).split(" "));
        assertThat(PAIRS.stream().filter(one -> shown(Arm.SHUFFLED, one).equals(shown(Arm.CRITIQUED, one))))
                .hasSizeLessThan(PAIRS.size() / 10);
        assertThat(CRITIQUED
                        .in(Arm.CRITIQUE_ONLY)
                        .input(PAIRS, pair, true, critic, 1)
                        .completion())
                .isEqualTo(CRITIQUED
                        .in(Arm.CRITIQUE_ONLY)
                        .input(PAIRS, pair, false, critic, 1)
                        .completion());
        assertThat(CRITIQUED.label()).isEqualTo("critiqued 0.20");
        assertThat(new OwnCondition(Arm.CRITIQUED, null).label()).isEqualTo("critiqued");
    }

    @Test
    void shouldTellNothingByTheNumberOfWordsWhenAVerdictIsGiven() {
        Map<Boolean, Map<Integer, Long>> lengths = new HashMap<>();
        for (boolean good : new boolean[] {true, false}) {
            lengths.put(
                    good,
                    IntStream.range(0, 500)
                            .mapToObj(seed ->
                                    Phrases.verdict(good, new Random(seed)).split(" ").length)
                            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
        }
        assertThat(lengths.get(true)).isEqualTo(lengths.get(false)).hasSizeGreaterThan(3);
    }

    @Test
    void shouldFindTheBestOfACompletionsWhenARightOneBeatsAllWrongOnes() {
        List<OwnPair> pairs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            List<Turn> prompt = List.of(new Turn("user", "Q" + i));
            pairs.add(new OwnPair(prompt, "right", "wrong 1", null, "1"));
            if (i > 0) {
                pairs.add(new OwnPair(prompt, "right", "wrong 2", null, "1"));
            }
            if (i > 1) {
                pairs.add(new OwnPair(prompt, "right too", "wrong 1", null, "1"));
            }
            if (i > 2) {
                pairs.add(new OwnPair(prompt, "right too", "wrong 2", null, "1"));
            }
        }
        BestOf best = new BestOf(OwnData.of("some", pairs, List.of()));
        assertThat(best.prompts())
                .as("the first has two completions alone, the third lacks a pair")
                .isEqualTo(18);
        assertThat(best.guess()).isCloseTo((1 / 3.0 + 17 / 2.0) / 18, within(1e-9));
        double[] right = new double[pairs.size()];
        assertThat(best.share(right)).isZero();
        // Prompt 3: one right side is above all wrong ones, the other above none.
        right[6] = 1;
        right[7] = 1;
        assertThat(best.share(right)).isCloseTo(1 / 18.0, within(1e-9));
        right[7] = 0.5;
        assertThat(best.share(right)).isZero();
    }

    @Test
    void shouldOrderAsManyPairsByTheRuleAsTheCriticIsRight() {
        VerdictWeights rule = VerdictWeights.fitted(PAIRS.subList(0, 200), critic);
        assertThat(rule.weights().get("correctness")).isPositive();
        assertThat(PAIRS.stream()
                        .mapToDouble(pair -> rule.right(pair, critic))
                        .average()
                        .orElseThrow())
                .isCloseTo(0.8, within(0.03));
    }

    @Test
    void shouldWeighAspectsByTheLabelsWhenTheRuleIsFitted() {
        List<OwnPair> pairs = IntStream.range(0, 100)
                .mapToObj(i -> new OwnPair(
                        List.of(new Turn("user", "Q" + i)),
                        "a",
                        "b",
                        new Critiques(
                                new Remark("", Map.of("style", 0.0, "correctness", 1.0)),
                                new Remark("", Map.of("style", 1.0))),
                        null))
                .toList();
        VerdictWeights fitted = VerdictWeights.fitted(pairs, OwnCritic.stored());
        assertThat(fitted.weights().get("style")).isNegative();
        assertThat(fitted.right(pairs.get(0), OwnCritic.stored())).isEqualTo(1);
        assertThat(VerdictWeights.equal(pairs, OwnCritic.stored()).right(pairs.get(0), OwnCritic.stored()))
                .as("one aspect against, half a one for it")
                .isZero();
    }

    @Test
    void shouldSayThatAnIntervalHasNoEndWhenSomeDrawsDoNotGetThere() {
        assertThat(OwnFindings.words(new PairRatios.Ratio(new Interval(1.0, 1.2, Double.NaN), true)))
                .isEqualTo("a critiqued pair is worth at least 1.2 plain ones (in some draws it does not get there)");
        assertThat(OwnFindings.words(new PairRatios.Ratio(new Interval(1.0, 1.2, 1.5), false)))
                .isEqualTo("a critiqued pair is worth 1.2 plain ones (1.0 to 1.5)");
    }

    @Test
    void shouldDrawAllPairsOfAPromptTogether() {
        OwnData data = OwnData.of("some", Samples.list(200), List.of());
        PromptBootstrap bootstrap = new PromptBootstrap(data);
        double[] byPrompt = new double[200];
        double[] byPair = new double[200];
        for (int i = 0; i < 200; i++) {
            byPrompt[i] = i / 2 % 2;
            byPair[i] = i % 2;
        }
        Interval interval = bootstrap.mean(byPrompt);
        assertThat(interval.middle()).isEqualTo(0.5);
        assertThat(interval.low()).isCloseTo(0.40, within(0.02));
        assertThat(interval.high()).isCloseTo(0.60, within(0.02));
        assertThat(bootstrap.mean(byPair).high()).isEqualTo(0.5);
        assertThat(bootstrap.difference(byPrompt, byPrompt).low()).isZero();
    }

    private String shown(Arm arm, OwnPair pair) {
        return CRITIQUED.in(arm).input(PAIRS, pair, true, critic, 1).critique();
    }
}
