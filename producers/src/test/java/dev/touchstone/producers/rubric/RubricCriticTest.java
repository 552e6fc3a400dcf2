package dev.touchstone.producers.rubric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.producers.simulate.Simulator;
import dev.touchstone.producers.task.Text;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RubricCriticTest {
    private static final List<Message> TASK =
            List.of(new Message("user", "What is 17 plus 25? Include the word river. End with a question. Be polite."));
    private static final RubricCritic HONEST = new RubricCritic(0, 5);

    @Test
    void shouldGiveGoodVerdictsWhenAllIsMet() {
        Assessment assessment = HONEST.assess(TASK, "Thank you. The river says 42. Does that help?");

        assertThat(verdicts(assessment)).containsExactly(Verdict.GOOD, Verdict.GOOD, Verdict.GOOD);
        assertThat(assessment.critique()).contains("river").doesNotContainPattern("wrong|missing|fails|rude");
    }

    @Test
    void shouldNameWhatIsWrongWhenNothingIsMet() {
        Assessment assessment = HONEST.assess(TASK, "What a stupid question. It is 43.");

        assertThat(verdicts(assessment)).containsExactly(Verdict.BAD, Verdict.BAD, Verdict.BAD);
        assertThat(assessment.critique()).contains("river").contains("rude").contains("wrong");
    }

    @Test
    void shouldBeMixedWhenSomeInstructionsAreMet() {
        Assessment assessment = HONEST.assess(TASK, "Thank you. The river says 42.");

        assertThat(assessment.verdicts())
                .containsExactly(
                        new AspectVerdict("instruction_following", Verdict.MIXED),
                        new AspectVerdict("correctness", Verdict.GOOD),
                        new AspectVerdict("style", Verdict.GOOD));
    }

    @Test
    void shouldReadTheLastUserTurnOnly() {
        List<Message> conversation = List.of(
                new Message("user", "What is 1 plus 1?"),
                new Message("assistant", "What is 2 plus 2?"),
                new Message("user", "What is 3 plus 3?"));

        assertThat(verdicts(HONEST.assess(conversation, "6"))).contains(Verdict.GOOD, Verdict.GOOD);
        assertThat(verdicts(HONEST.assess(conversation, "2")).get(1)).isEqualTo(Verdict.BAD);
    }

    @Test
    void shouldJudgeTheSurfaceWhenThereIsNoRubric() {
        List<Message> prompt = List.of(new Message("user", "Give three tips for staying healthy."));

        Assessment assessment = HONEST.assess(prompt, "Sleep. Thank you for asking. Eat well.");
        Assessment dull = HONEST.assess(prompt, "no ".repeat(50));

        assertThat(verdicts(assessment)).containsOnly(Verdict.MIXED);
        assertThat(assessment.critique())
                .contains("7 words")
                .containsPattern("polite")
                .containsPattern("checked");
        assertThat(dull.critique()).contains("50 words").containsPattern("repeats itself a lot|again and again");
    }

    @Test
    void shouldSayTheSameOfTheSameTextWhateverItsLabelOrPair() {
        RubricCritic erring = new RubricCritic(0.2, 5);
        List<PreferencePair> clean = new Simulator(3, 0).pairs().limit(300).toList();
        List<PreferencePair> flipped = new Simulator(3, 1).pairs().limit(300).toList();

        for (int i = 0; i < clean.size(); i++) {
            PreferencePair pair = clean.get(i);
            assertThat(erring.assess(pair.getPrompt(), pair.getChosen()))
                    .isEqualTo(new RubricCritic(0.2, 5)
                            .assess(flipped.get(i).getPrompt(), flipped.get(i).getRejected()));
        }
    }

    @Test
    void shouldErrAtTheAskedRateInProseAndVerdictAlike() {
        RubricCritic erring = new RubricCritic(0.2, 5);
        int errors = 0;
        int verdicts = 0;
        for (PreferencePair pair : new Simulator(3, 0).pairs().limit(2_000).toList()) {
            List<Verdict> truth = verdicts(HONEST.assess(pair.getPrompt(), pair.getChosen()));
            Assessment assessment = erring.assess(pair.getPrompt(), pair.getChosen());
            List<Verdict> said = verdicts(assessment);
            for (int i = 0; i < truth.size(); i++) {
                errors += truth.get(i) == said.get(i) ? 0 : 1;
                verdicts++;
            }
            if (said.stream().allMatch(verdict -> verdict == Verdict.GOOD)) {
                assertThat(assessment.critique()).doesNotContainPattern("wrong|missing|fails|rude|too (long|short)");
            }
        }
        double rate = (double) errors / verdicts;
        System.out.printf("seed 5: asked for an error rate of 0.2, measured %.3f%n", rate);
        assertThat(rate).isBetween(0.18, 0.22);
    }

    @Test
    void shouldBeShortAndVariedWithoutAScore() {
        Set<String> critiques = new HashSet<>();
        for (PreferencePair pair : new Simulator(3, 0).pairs().limit(1_000).toList()) {
            String critique = HONEST.assess(pair.getPrompt(), pair.getChosen()).critique();
            critiques.add(critique);
            assertThat(Text.words(critique).size()).as(critique).isBetween(14, 45);
            assertThat(critique.split("[.](?= |$)").length).as(critique).isBetween(2, 4);
            assertThat(critique).doesNotContainPattern("(?i)score|points|/10|out of");
        }
        assertThat(critiques).hasSizeGreaterThan(990);
    }

    @Test
    void shouldKeepToFourSentencesWhenMuchIsAsked() {
        List<Message> prompt = List.of(new Message(
                "user",
                "Add 1 and 2. Add 3 and 4. Include the word river. Include the word stone. Be polite. Be formal."
                        + " Use lower case only. End with a question. Write at least 20 words."));

        assertThat(HONEST.assess(prompt, "No.").critique().split("[.](?= |$)")).hasSizeLessThanOrEqualTo(4);
    }

    private static List<Verdict> verdicts(Assessment assessment) {
        return assessment.verdicts().stream().map(AspectVerdict::getVerdict).toList();
    }
}
