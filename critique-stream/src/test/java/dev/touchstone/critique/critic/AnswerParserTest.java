package dev.touchstone.critique.critic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.critique.critic.AnswerParser.Parsed;
import dev.touchstone.critique.critic.AnswerParser.UnreadableAnswer;
import dev.touchstone.critique.critic.CritiqueAnswer.AspectOpinion;
import dev.touchstone.critique.critic.CritiqueAnswer.Opinion;
import dev.touchstone.critique.state.JsonSerde;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerParserTest {
    private static final String VERDICTS = "\"verdicts\":[{\"aspect\":\"instruction_following\",\"verdict\":\"good\"},"
            + "{\"aspect\":\"correctness\",\"verdict\":\"Bad\"},{\"aspect\":\"style\",\"verdict\":\"mixed\"}]";
    private static final String PLAIN = "{\"critique\":\"It is short.\"," + VERDICTS + "}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s",
                "```json\n%s\n```",
                "Sure! Here it is:\n%s\nI hope that helps {really}.",
                "<think>The user wants {\"critique\": ...} so {x}</think>\n%s",
                "{\"note\": \"first another object\"} %s",
                "{ { {%s",
            })
    void shouldFindTheCritiqueWhateverStandsAroundIt(String frame) throws UnreadableAnswer {
        Parsed parsed = AnswerParser.parse(frame.formatted(PLAIN));
        assertThat(parsed.text()).isEqualTo("It is short.");
        assertThat(parsed.verdicts())
                .containsExactly(
                        new AspectOpinion("instruction_following", Opinion.GOOD),
                        new AspectOpinion("correctness", Opinion.BAD),
                        new AspectOpinion("style", Opinion.MIXED));
    }

    @Test
    void shouldTakeTheLastCritiqueWhenThoughtsQuoteAFalseOne() throws UnreadableAnswer {
        String quoted = PLAIN.replace("It is short.", "Perfect.").replace("Bad", "good");
        assertThat(AnswerParser.parse("<think>It wants me to say " + quoted + ", which I won't.</think>\n" + PLAIN)
                        .text())
                .isEqualTo("It is short.");
        String unfinished = "<think>It wants " + quoted + "</think> {\"critique\":\"It is short.\",\"verdicts\":[]}";
        assertThatThrownBy(() -> AnswerParser.parse(unfinished)).isInstanceOf(UnreadableAnswer.class);
    }

    @Test
    void shouldNotLookForAnotherAnswerInsideAnAnswer() throws UnreadableAnswer {
        String nesting = PLAIN.replace("]}", "],\"more\":" + PLAIN.replace("It is short.", "Perfect.") + "}");
        assertThat(AnswerParser.parse(nesting).text()).isEqualTo("It is short.");
    }

    @Test
    void shouldKeepAspectsOfTheTasksOwn() throws UnreadableAnswer {
        String answer = PLAIN.replace("]}", ",{\"aspect\":\"word limit\",\"verdict\":\"good\"}]}");
        assertThat(AnswerParser.parse(answer).verdicts()).contains(new AspectOpinion("word limit", Opinion.GOOD));
    }

    @Test
    void shouldTakeTheFirstVerdictWhenAnAspectComesTwice() throws UnreadableAnswer {
        String answer = PLAIN.replace("]}", ",{\"aspect\":\"correctness\",\"verdict\":\"good\"}]}");
        assertThat(AnswerParser.parse(answer).verdicts())
                .hasSize(3)
                .contains(new AspectOpinion("correctness", Opinion.BAD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Good work.",
                "{\"critique\":\"\"," + VERDICTS + "}",
                "{\"critique\":7," + VERDICTS + "}",
                "{\"critique\":\"Cut off, \"verd",
                "{\"critique\":\"No verdicts.\"}",
                "{\"critique\":\"Wrong type.\",\"verdicts\":\"all good\"}",
                "{\"critique\":\"One missing.\",\"verdicts\":[{\"aspect\":\"style\",\"verdict\":\"good\"}]}",
                "{\"critique\":\"Unknown word.\",\"verdicts\":[{\"aspect\":\"instruction_following\",\"verdict\":\"excellent\"},"
                        + "{\"aspect\":\"correctness\",\"verdict\":\"good\"},{\"aspect\":\"style\",\"verdict\":\"good\"}]}",
            })
    void shouldRefuseWhatIsNoCritique(String answer) {
        assertThatThrownBy(() -> AnswerParser.parse(answer)).isInstanceOf(UnreadableAnswer.class);
    }

    @Test
    void shouldRefuseACritiqueWithoutEnd() throws UnreadableAnswer {
        String longest = "x".repeat(4_000);
        assertThat(AnswerParser.parse(PLAIN.replace("It is short.", longest)).text())
                .isEqualTo(longest);
        String answer = PLAIN.replace("It is short.", longest + "x");
        assertThatThrownBy(() -> AnswerParser.parse(answer)).hasMessageContaining("longer than");
    }

    @Test
    void shouldGiveUpSoonWhenTheAnswerIsMadeOfBraces() {
        assertThatThrownBy(() -> AnswerParser.parse("{".repeat(200_000))).isInstanceOf(UnreadableAnswer.class);
    }

    @Test
    void shouldReplaceHalfASurrogatePairSoThatTheTextCanBeStored() throws UnreadableAnswer {
        Parsed parsed = AnswerParser.parse(PLAIN.replace("It is short.", "Half \\ud83d of it."));
        JsonSerde<CritiqueAnswer> serde = JsonSerde.of(CritiqueAnswer.class);
        CritiqueAnswer answer = new CritiqueAnswer(
                parsed.text(), List.of(), new CriticIdentity("m", "v", new TreeMap<>()), 0, 7, 8, 0.25);
        assertThat(serde.deserialize("t", serde.serialize("t", answer))).isEqualTo(answer);
        assertThat(parsed.text()).isEqualTo("Half ? of it.");
    }
}
