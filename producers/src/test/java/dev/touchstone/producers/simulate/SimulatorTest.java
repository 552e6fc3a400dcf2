package dev.touchstone.producers.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.touchstone.producers.rubric.RubricCritic;
import dev.touchstone.producers.task.Manner;
import dev.touchstone.producers.task.Requirement;
import dev.touchstone.producers.task.Text;
import dev.touchstone.producers.task.Utility;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SimulatorTest {
    private static final long SEED = 11;
    private static final int PAIRS = 4_000;
    private static final List<PreferencePair> CLEAN =
            new Simulator(SEED, 0).pairs().limit(PAIRS).toList();

    @Test
    void shouldGiveTheSameRecordsWhenTheSeedIsTheSame() {
        assertThat(new Simulator(SEED, 0.1).pairs().limit(200))
                .isEqualTo(new Simulator(SEED, 0.1).pairs().limit(200).toList());
        assertThat(new Simulator(SEED, 0.1).completions().limit(200))
                .isEqualTo(new Simulator(SEED, 0.1).completions().limit(200).toList());
    }

    @Test
    void shouldGiveOtherRecordsWhenTheSeedIsAnother() {
        Set<String> prompts = CLEAN.stream().map(SimulatorTest::prompt).collect(Collectors.toSet());

        assertThat(new Simulator(SEED + 1, 0).pairs().limit(500))
                .filteredOn(pair -> prompts.contains(prompt(pair)))
                .hasSizeLessThan(10);
    }

    @Test
    void shouldKeepRecordsWithinRulesAndSizes() {
        for (PreferencePair pair : CLEAN) {
            assertThat(RecordRules.problemOf(pair)).isEmpty();
            assertThat(prompt(pair)).hasSizeLessThanOrEqualTo(200);
            assertThat(pair.getChosen()).hasSizeLessThanOrEqualTo(250);
            assertThat(pair.getRejected()).hasSizeLessThanOrEqualTo(250);
            assertThat(Requirement.parse(prompt(pair))).hasSizeBetween(2, 4);
        }
        assertThat(CLEAN.stream().map(PreferencePair::getPairId).distinct()).hasSize(PAIRS);
        assertThat(CLEAN.stream().map(SimulatorTest::prompt).distinct()).hasSizeGreaterThan(PAIRS * 99 / 100);
    }

    @Test
    void shouldStateExactlyTheRequirementsThatWereDrawn() {
        for (int i = 0; i < 2_000; i++) {
            Task task = Task.draw(new Dice(SEED, 99, i));
            assertThat(Requirement.parse(task.prompt())).as(task.prompt()).isEqualTo(task.requirements());
        }
    }

    @Test
    void shouldChooseTheSideOfHigherUtilityWhenNoLabelIsFlipped() {
        assertThat(CLEAN)
                .allSatisfy(pair -> assertThat(utility(pair, pair.getChosen()))
                        .isGreaterThanOrEqualTo(utility(pair, pair.getRejected()) + 0.35));
    }

    @Test
    void shouldTurnRoundTheAskedShareOfLabels() {
        double flipped =
                accuracy(new Simulator(SEED, 0.1).pairs().limit(PAIRS).toList(), (pair, side) -> -utility(pair, side));

        System.out.printf("seed %d: flipped %.3f%n", SEED, flipped);
        assertThat(flipped).isBetween(0.085, 0.115);
    }

    @Test
    void shouldSayNothingOfQualityOutsideTheTexts() {
        List<PreferencePair> flipped = new Simulator(SEED, 1).pairs().limit(100).toList();

        for (int i = 0; i < flipped.size(); i++) {
            PreferencePair pair = flipped.get(i);
            assertThat(pair.getChosen()).isEqualTo(CLEAN.get(i).getRejected());
            assertThat(PreferencePair.newBuilder(pair)
                            .setPairId(CLEAN.get(i).getPairId())
                            .setChosen(pair.getRejected())
                            .setRejected(pair.getChosen())
                            .build())
                    .isEqualTo(CLEAN.get(i));
            assertThat(pair.getAttributes()).isEmpty();
            assertThat(pair.getMargin()).isNull();
            assertThat(pair.getStrength()).isNull();
        }
    }

    @Test
    void shouldLeaveLittleToSurfaceCuesAndMuchToTheCritic() {
        RubricCritic critic = new RubricCritic(0, SEED);
        double words = accuracy(CLEAN, (pair, side) -> Text.words(side).size());
        double characters = accuracy(CLEAN, (pair, side) -> side.length());
        double sentences = accuracy(CLEAN, (pair, side) -> side.split("[.?!]").length);
        double counted = accuracy(CLEAN, (pair, side) -> verdicts(critic, pair, side, 1));
        double weighted = accuracy(CLEAN, (pair, side) -> verdicts(critic, pair, side, 3));

        System.out.printf(
                "seed %d, %d clean pairs: longer wins %.3f (words) %.3f (characters), more sentences %.3f;"
                        + " verdicts counted %.3f, correctness times 3 %.3f%n",
                SEED, PAIRS, words, characters, sentences, counted, weighted);
        assertThat(words).isBetween(0.48, 0.58);
        assertThat(characters).isBetween(0.48, 0.58);
        assertThat(sentences).isBetween(0.45, 0.58);
        assertThat(counted).isBetween(0.87, 0.95);
        assertThat(weighted).isBetween(0.95, 0.995);
    }

    @Test
    void shouldGroupCompletionsOfOnePromptUnderAPolicyThatGetsBetter() {
        List<Completion> completions =
                new Simulator(SEED, 0).completions().limit(4 * 500).toList();

        Map<String, List<Completion>> groups =
                completions.stream().collect(Collectors.groupingBy(Completion::getGroupId));
        assertThat(groups).hasSize(500).allSatisfy((id, group) -> {
            assertThat(group).hasSize(Simulator.GROUP);
            assertThat(group.stream().map(Completion::getPrompt).distinct()).hasSize(1);
        });
        assertThat(completions.stream().map(Completion::getCompletionId).distinct())
                .hasSize(completions.size());
        assertThat(completions).allSatisfy(completion -> {
            assertThat(RecordRules.problemOf(completion)).isEmpty();
            assertThat(completion.getAttributes()).isEmpty();
        });
        assertThat(meanUtility(completions, "simulator-policy-10"))
                .isGreaterThan(meanUtility(completions, "simulator-policy-1") + 1);
    }

    @Test
    void shouldMeetEachKindOfRequirementAboutAsOftenAsItIsTriedFor() {
        Map<String, List<Boolean>> met = new TreeMap<>();
        for (PreferencePair pair : CLEAN) {
            for (Requirement requirement : Requirement.parse(prompt(pair))) {
                List<Boolean> outcomes =
                        met.computeIfAbsent(requirement.getClass().getSimpleName(), kind -> new ArrayList<>());
                outcomes.add(requirement.met(pair.getChosen()));
                outcomes.add(requirement.met(pair.getRejected()));
            }
        }

        assertThat(met).hasSize(9).allSatisfy((kind, outcomes) -> {
            double share =
                    outcomes.stream().mapToInt(yes -> yes ? 1 : 0).average().orElseThrow();
            System.out.printf("seed %d: %s met %.3f%n", SEED, kind, share);
            assertThat(share).as(kind).isBetween(0.35, 0.72);
        });
    }

    @Test
    void shouldUseSignsOfAToneInSentencesOfThatToneOnly() {
        List<String> neutral = new ArrayList<>();
        Stream.of(
                        Lexicon.FILLERS,
                        Lexicon.CLOSERS,
                        Lexicon.QUESTIONS,
                        Lexicon.LAST_WORD_SENTENCES,
                        Lexicon.PLAIN_OPENERS,
                        Lexicon.NOUN_SENTENCES,
                        Lexicon.ANSWERS,
                        Lexicon.NOUNS,
                        Lexicon.LAST_WORDS)
                .forEach(neutral::addAll);
        for (Manner manner : Manner.values()) {
            assertThat(neutral).noneMatch(manner::heardIn).noneMatch(manner::brokenIn);
            assertThat(Lexicon.WITH_TONE.get(manner)).allMatch(manner::heardIn);
            assertThat(Lexicon.AGAINST_TONE.get(manner)).allMatch(manner::brokenIn);
        }
        assertThat(new HashSet<>(Lexicon.NOUNS))
                .hasSameSizeAs(Lexicon.NOUNS)
                .noneMatch(noun -> noun.matches("[aeiou].*"));
    }

    @Test
    void shouldRefuseAFlipThatIsNoShare() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Simulator(SEED, 1.5));
        assertThatIllegalArgumentException().isThrownBy(() -> new Simulator(SEED, Double.NaN));
    }

    /** Share of pairs whose chosen side has the higher value; equal values count half. */
    private static double accuracy(List<PreferencePair> pairs, ToDoubleBiFunction<PreferencePair, String> rule) {
        return pairs.stream()
                .mapToDouble(pair -> 0.5
                        + 0.5
                                * Math.signum(rule.applyAsDouble(pair, pair.getChosen())
                                        - rule.applyAsDouble(pair, pair.getRejected())))
                .average()
                .orElseThrow();
    }

    private static double verdicts(RubricCritic critic, PreferencePair pair, String side, int correctness) {
        double sum = 0;
        for (AspectVerdict verdict : critic.assess(pair.getPrompt(), side).verdicts()) {
            double value = verdict.getVerdict() == Verdict.GOOD ? 1 : verdict.getVerdict() == Verdict.BAD ? -1 : 0;
            sum += value * (verdict.getAspect().equals("correctness") ? correctness : 1);
        }
        return sum;
    }

    private static double meanUtility(List<Completion> completions, String policy) {
        return completions.stream()
                .filter(completion -> completion.getPolicyVersion().equals(policy))
                .mapToDouble(completion ->
                        Utility.of(completion.getPrompt().get(0).getContent(), completion.getCompletion()))
                .average()
                .orElseThrow();
    }

    private static double utility(PreferencePair pair, String side) {
        return Utility.of(prompt(pair), side);
    }

    private static String prompt(PreferencePair pair) {
        return pair.getPrompt().get(0).getContent();
    }
}
