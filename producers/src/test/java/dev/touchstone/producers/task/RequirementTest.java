package dev.touchstone.producers.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.producers.task.Requirement.Arithmetic;
import dev.touchstone.producers.task.Requirement.AtLeastWords;
import dev.touchstone.producers.task.Requirement.AtMostWords;
import dev.touchstone.producers.task.Requirement.DashList;
import dev.touchstone.producers.task.Requirement.EndWithQuestion;
import dev.touchstone.producers.task.Requirement.EndWithWord;
import dev.touchstone.producers.task.Requirement.IncludeWord;
import dev.touchstone.producers.task.Requirement.LowerCase;
import dev.touchstone.producers.task.Requirement.Tone;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequirementTest {
    static Stream<Requirement> oneOfEachKind() {
        return Stream.of(
                new Arithmetic(17, Operator.PLUS, 25),
                new Arithmetic(40, Operator.MINUS, 13),
                new Arithmetic(7, Operator.TIMES, 8),
                new IncludeWord("river"),
                new AtMostWords(12),
                new AtLeastWords(20),
                new EndWithWord("done"),
                new EndWithQuestion(),
                new DashList(),
                new LowerCase(),
                new Tone(Manner.POLITE),
                new Tone(Manner.CHEERFUL),
                new Tone(Manner.FORMAL));
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void shouldReadBackEveryWordingOfARequirement(Requirement requirement) {
        List<String> wordings = IntStream.range(0, 12)
                .mapToObj(choice -> Wording.write(requirement, choice))
                .distinct()
                .toList();

        assertThat(wordings).hasSizeGreaterThanOrEqualTo(2);
        for (String wording : wordings) {
            assertThat(Requirement.parse(wording)).containsExactly(requirement);
            assertThat(Requirement.parse("Hello. " + wording.toUpperCase(java.util.Locale.ROOT)))
                    .containsExactly(requirement);
        }
    }

    @Test
    void shouldKeepTheOrderOfThePromptWhenThereAreSeveral() {
        assertThat(Requirement.parse(
                        "What is 17 plus 25? Include the word river. Answer in at most 12 words. Be polite."))
                .containsExactly(
                        new Arithmetic(17, Operator.PLUS, 25),
                        new IncludeWord("river"),
                        new AtMostWords(12),
                        new Tone(Manner.POLITE));
    }

    @ParameterizedTest
    @MethodSource("promptsWithoutRequirements")
    void shouldFindNothingWhenThePromptStatesNoRequirement(String prompt) {
        assertThat(Requirement.parse(prompt)).isEmpty();
    }

    static Stream<String> promptsWithoutRequirements() {
        return Stream.of(
                "",
                "Give three tips for staying healthy.",
                "What does the phrase smaller fish to fry mean?",
                "Add salt and pepper.",
                "What is 123456 plus 2?");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldDecideByTheTextAlone(Requirement requirement, String completion, boolean met) {
        assertThat(requirement.met(completion)).isEqualTo(met);
    }

    static Stream<Arguments> cases() {
        Requirement sum = new Arithmetic(17, Operator.PLUS, 25);
        Requirement debt = new Arithmetic(3, Operator.MINUS, 8);
        return Stream.of(
                Arguments.of(sum, "17 plus 25 is 42.", true),
                Arguments.of(sum, "It is 42", true),
                Arguments.of(sum, "42 is what you get from 25.", false),
                Arguments.of(sum, "It is 43.", false),
                Arguments.of(sum, "It is a42.", false),
                Arguments.of(sum, "I do not know.", false),
                Arguments.of(sum, "It is 99999999999999999999.", false),
                Arguments.of(debt, "3-8 is -5.", true),
                Arguments.of(debt, "It is 5.", false),
                Arguments.of(new IncludeWord("river"), "A River flows.", true),
                Arguments.of(new IncludeWord("river"), "Rivers flow.", false),
                Arguments.of(new AtMostWords(3), "One, two - three!", true),
                Arguments.of(new AtMostWords(3), "One two three four", false),
                Arguments.of(new AtLeastWords(3), "It's two more", true),
                Arguments.of(new AtLeastWords(3), "It's - two", false),
                Arguments.of(new EndWithWord("done"), "That is it, Done.\n", true),
                Arguments.of(new EndWithWord("done"), "Done now.", false),
                Arguments.of(new EndWithWord("done"), "...", false),
                Arguments.of(new EndWithQuestion(), "Is it? ", true),
                Arguments.of(new EndWithQuestion(), "Is it? Yes.", false),
                Arguments.of(new DashList(), "- one\n\n- two", true),
                Arguments.of(new DashList(), "- one", false),
                Arguments.of(new DashList(), "- one\ntwo", false),
                Arguments.of(new LowerCase(), "all small, 12!", true),
                Arguments.of(new LowerCase(), "all small, Éh!", false),
                Arguments.of(new Tone(Manner.POLITE), "Thank you for asking.", true),
                Arguments.of(new Tone(Manner.POLITE), "It is 42.", false),
                Arguments.of(new Tone(Manner.POLITE), "Thank you, stupid.", false),
                Arguments.of(new Tone(Manner.CHEERFUL), "Hooray!", true),
                Arguments.of(new Tone(Manner.FORMAL), "As requested, dude.", false));
    }

    @Test
    void shouldWeighTheRightAnswerMostAndBoundTaste() {
        String prompt = "What is 17 plus 25? Include the word river. Be polite.";

        assertThat(Utility.of(prompt, "Thank you. A river. 42")).isEqualTo(5.0);
        assertThat(Utility.of(prompt, "A pond. 42")).isEqualTo(3.0);
        assertThat(Utility.of(prompt, "Thank you. A river. 43")).isEqualTo(2.0);
        assertThat(Utility.of(prompt, "simply slowly twice garden")).isEqualTo(0.4);
        assertThat(Utility.of(prompt, "basically")).isEqualTo(-0.2);
    }
}
