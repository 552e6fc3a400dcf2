package dev.touchstone.trainer.gate;

import static dev.touchstone.trainer.gate.FakePairs.good;
import static dev.touchstone.trainer.gate.FakePairs.knows;
import static dev.touchstone.trainer.gate.FakePairs.of;
import static dev.touchstone.trainer.gate.FakePairs.skilled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.trainer.learn.HeldOutPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GateTest {
    private static final GateConfig CONFIG = GateConfig.defaults();
    private static final List<HeldOutPair> HELD_OUT = FakePairs.some(600, 1, 0.5);
    private static final List<HeldOutPair> FRESH = FakePairs.some(2_000, 99, 0.5);
    private static final Map<String, HeldOutPair> BY_QUESTION = Stream.concat(HELD_OUT.stream(), FRESH.stream())
            .collect(Collectors.toMap(pair -> question(pair.text().chosen()), pair -> pair));
    private static final double CHAMPION = 0.7;

    @Test
    void shouldPromoteWhenTheCandidateIsBetter() {
        Ruling ruling = look(skilled(CHAMPION, 1), skilled(0.9, 2), HELD_OUT);

        assertThat(ruling.decision()).as("%s", ruling.reasons()).isEqualTo(GateDecision.PROMOTED);
        assertThat(ruling.checks()).noneMatch(Check::failed);
        assertThat(ruling.checks())
                .extracting(Check::name)
                .contains("paired", "heldOut", "slice.hard", "slice.matched", "slice.source:even", "brier", "ece")
                .contains("lengthCorrelation", "probe.praise", "probe.usurpedCritique", "probe.emptyCritique")
                .contains("probe.colon", "probe.swappedCritiques");
        assertThat(ruling.values()).containsKeys("gate.evidence", "gate.pairs", "gate.looks", "gate.slice.hard");
        assertThat(ruling.reasons()).hasSize(1 + ruling.checks().size()).doesNotHaveDuplicates();
    }

    @Test
    void shouldRejectAtEveryLookWhenTheCandidateIsWorse() {
        Gate gate = new Gate(CONFIG, skilled(0.8, 1));
        Evidence evidence = Evidence.against("c");
        for (int look = 0; look < 100; look++) {
            Ruling ruling = gate.look(evidence, skilled(0.7, look + 2), FakePairs.some(20, look, 0.6), HELD_OUT);
            assertThat(ruling.serves()).isFalse();
            evidence = ruling.evidence();
        }
        assertThat(evidence.looks()).isEqualTo(100);
        assertThat(evidence.pairs()).isEqualTo(2_000);
    }

    @Test
    void shouldRejectWhenTheCandidateOnlyLearntLength() {
        List<HeldOutPair> pairs = FakePairs.some(256, 3, 0.75);
        Ruling ruling = look(skilled(0.55, 1), of(input -> input.completion().length() / 20.0), pairs);

        assertThat(ruling.decision()).isEqualTo(GateDecision.REJECTED);
        // It is right more often than this champion, and yet it is found out.
        assertThat(ruling.checks()).filteredOn(c -> c.name().equals("paired")).noneMatch(Check::failed);
        assertThat(failed(ruling)).contains("slice.hard", "lengthCorrelation");
    }

    @Test
    void shouldNotDecideWhenTooFewPairsHaveBeenSeen() {
        Gate gate = new Gate(CONFIG, skilled(0.6, 1));
        Evidence begin = Evidence.against("c");

        Ruling none = gate.look(begin, skilled(0.99, 2), List.of(), HELD_OUT);
        assertThat(none.decision()).isEqualTo(GateDecision.NOT_EVALUATED);
        assertThat(none.evidence()).isEqualTo(begin);

        Ruling few = gate.look(begin, skilled(0.99, 2), HELD_OUT.subList(0, 29), HELD_OUT);
        assertThat(few.decision()).isEqualTo(GateDecision.NOT_EVALUATED);
        assertThat(few.reasons().get(0)).contains("29 of 30");

        Ruling enough = gate.look(few.evidence(), skilled(0.99, 2), HELD_OUT.subList(29, 60), HELD_OUT);
        assertThat(enough.decision()).isNotEqualTo(GateDecision.NOT_EVALUATED);
    }

    @Test
    void shouldRejectWhenTheEvidenceIsOfCheckpointsBeforeAndThisOneIsWorse() {
        Gate gate = new Gate(CONFIG, skilled(0.7, 1));
        Evidence evidence = gate.look(Evidence.against("c"), skilled(0.97, 2), FakePairs.some(400, 9, 0.6), HELD_OUT)
                .evidence();

        Ruling ruling = gate.look(evidence, skilled(0.6, 3), FakePairs.some(3, 10, 0.6), HELD_OUT);

        assertThat(ruling.decision()).isEqualTo(GateDecision.REJECTED);
        assertThat(failed(ruling)).contains("heldOut").doesNotContain("paired");
    }

    @Test
    void shouldAskTheChampionForEachTextOnceWhenItRejectsAgain() {
        List<Integer> asked = new ArrayList<>();
        Contender champion = inputs -> {
            asked.add(inputs.size());
            return skilled(0.7, 1).rewards(inputs);
        };
        Contender candidate = of(input -> input.completion().equals(":") ? 9 : FakePairs.skilled(input, 0.95, 2));
        Gate gate = new Gate(CONFIG, champion);
        Ruling first = gate.look(Evidence.against("c"), candidate, FakePairs.some(200, 5, 0.6), HELD_OUT);
        Ruling second = gate.look(first.evidence(), candidate, FakePairs.some(10, 6, 0.6), HELD_OUT);

        assertThat(failed(first)).containsExactly("probe.colon");
        assertThat(failed(second)).containsExactly("probe.colon");
        assertThat(asked).containsExactly(400, 2 * 600 + 9 * 64, 20);
    }

    static Stream<Arguments> flaws() {
        return Stream.of(
                flaw("slice.matched", input -> matched(input) ? poor(input, 0.45) : better(input)),
                flaw("slice.source:odd", input -> odd(input) ? poor(input, 0.6) : FakePairs.skilled(input, 0.99, 2)),
                flaw("ece", input -> better(input) / 5),
                flaw("lengthCorrelation", input -> better(input) + longest(input) / 4.0),
                flaw(
                        "probe.praise",
                        input -> better(input) + (input.completion().contains(Scorebook.PRAISE) ? 9 : 0)),
                flaw(
                        "probe.usurpedCritique",
                        input -> better(input) + (input.completion().contains(FakePairs.GOOD) ? 9 : 0)),
                flaw("probe.emptyCritique", input -> "".equals(input.critique()) ? 0 : better(input)),
                flaw("probe.emptyCritique", input -> "".equals(input.critique()) ? Double.NaN : better(input)),
                flaw("probe.colon", input -> input.completion().equals(":") ? 9 : better(input)),
                flaw(
                        "probe.swappedCritiques",
                        input -> swapped(input) ? (good(input) ? 2 : -2) : FakePairs.skilled(input, 0.85, 2)));
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void shouldRejectForThatAloneWhenOneCheckFails(String check, ToDoubleFunction<RewardInput> candidate) {
        Ruling ruling = look(skilled(CHAMPION, 1), of(candidate), HELD_OUT);

        assertThat(ruling.decision()).isEqualTo(GateDecision.REJECTED);
        assertThat(failed(ruling)).as("%s", ruling.reasons()).containsExactly(check);
        assertThat(ruling.reasons().get(0)).contains(check);
    }

    @Test
    void shouldRejectForTheBrierScoreAloneWhenTheChampionKnowsWhatItDoesNotKnow() {
        // Sure of 70 %, which it knows, and no guess about the rest; the candidate is right more often and never sure.
        Contender champion = of(input -> {
            boolean sure = knows(input, 0.7, 1);
            boolean right = sure || knows(input, 0.4, 4);
            return (good(input) == right ? 1 : -1) * (sure ? 4 : 0.02)
                    + (input.completion().equals(":") ? -9 : 0);
        });
        Ruling ruling = look(champion, skilled(0.86, 2), HELD_OUT);

        assertThat(failed(ruling)).as("%s", ruling.reasons()).containsExactly("brier");
    }

    @Test
    void shouldRejectForTheHardSliceAloneWhenLengthMayBeFollowed() {
        GateConfig d = CONFIG;
        GateConfig lenient = new GateConfig(
                true,
                d.alpha(),
                d.minPairs(),
                d.minSlicePairs(),
                d.noise(),
                d.maxSliceLoss(),
                d.maxCalibrationLoss(),
                1,
                1,
                d.maxInjectionShare(),
                d.maxEmptyCritiqueLoss(),
                d.minColonShare(),
                d.probeTolerance(),
                d.probePairs());
        Contender candidate = of(input -> hard(input) ? poor(input, 0.45) : better(input));
        Ruling ruling = new Gate(lenient, skilled(CHAMPION, 1)).look(Evidence.against("c"), candidate, FRESH, HELD_OUT);

        assertThat(failed(ruling)).as("%s", ruling.reasons()).containsExactly("slice.hard");
    }

    @Test
    void shouldPromoteWhenTheChampionFailsTheSameProbe() {
        Contender champion = of(input -> input.completion().equals(":") ? 9 : FakePairs.skilled(input, 0.7, 1));
        Contender candidate = of(input -> input.completion().equals(":") ? 9 : FakePairs.skilled(input, 0.9, 2));

        assertThat(look(champion, candidate, HELD_OUT).decision()).isEqualTo(GateDecision.PROMOTED);
    }

    private static Ruling look(Contender champion, Contender candidate, List<HeldOutPair> heldOut) {
        return new Gate(CONFIG, champion)
                .look(
                        Evidence.against("c"),
                        candidate,
                        heldOut == HELD_OUT ? FRESH : FakePairs.some(400, 98, 0.75),
                        heldOut);
    }

    private static Arguments flaw(String check, ToDoubleFunction<RewardInput> candidate) {
        return Arguments.of(check, candidate);
    }

    private static double better(RewardInput input) {
        return FakePairs.skilled(input, 0.95, 2);
    }

    /** Right about so few, and not sure of it. */
    private static double poor(RewardInput input, double accuracy) {
        if (input.completion().equals(":")) {
            return -5;
        }
        return good(input) == knows(input, accuracy, 3) ? 0.05 : -0.05;
    }

    private static String question(RewardInput input) {
        return input.prompt().get(0).content();
    }

    private static HeldOutPair pairOf(RewardInput input) {
        return Objects.requireNonNull(BY_QUESTION.get(question(input)));
    }

    private static boolean hard(RewardInput input) {
        return pairOf(input).rejectedLength() > pairOf(input).chosenLength();
    }

    private static boolean matched(RewardInput input) {
        return pairOf(input).rejectedLength() == pairOf(input).chosenLength();
    }

    private static boolean odd(RewardInput input) {
        return pairOf(input).source().equals("odd");
    }

    /** The same for both sides, so that it changes no order. */
    private static double longest(RewardInput input) {
        return Math.max(pairOf(input).rejectedLength(), pairOf(input).chosenLength());
    }

    private static boolean swapped(RewardInput input) {
        return input.critique() != null
                && !input.critique().isEmpty()
                && good(input) != input.critique().equals(FakePairs.GOOD);
    }

    private static List<String> failed(Ruling ruling) {
        return ruling.checks().stream().filter(Check::failed).map(Check::name).toList();
    }
}
