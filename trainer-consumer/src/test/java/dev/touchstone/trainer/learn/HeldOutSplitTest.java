package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.v1.Message;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HeldOutSplitTest {
    private final HeldOutSplit split = new HeldOutSplit("a", 0.1);

    @Test
    void shouldHoldOutAboutTheFraction() {
        long held = IntStream.range(0, 10_000)
                .filter(i -> split.holdsOut(List.of(new Message("user", "Question " + i))))
                .count();

        assertThat(held / 10_000.0).isCloseTo(0.1, Offset.offset(0.01));
    }

    @Test
    void shouldHoldOutNothingWhenTheFractionIsZero() {
        HeldOutSplit none = new HeldOutSplit("a", 0);

        assertThat(IntStream.range(0, 1_000).filter(i -> none.holdsOut(question("" + i))))
                .isEmpty();
    }

    @Test
    void shouldDecideAlikeWhenOnlyCaseWhiteSpaceOrLaterTurnsDiffer() {
        for (int i = 0; i < 300; i++) {
            List<Message> varied = List.of(
                    new Message("system", "Be brief " + i),
                    new Message("user", "  question\n\tNUMBER\u00a0" + i + " "),
                    new Message("assistant", "What?"),
                    new Message("user", "Go on."));

            assertThat(split.holdsOut(varied)).isEqualTo(split.holdsOut(question("Question number " + i)));
        }
    }

    @Test
    void shouldDecideAlikeWhenOnlyTheUnicodeFormDiffers() {
        HeldOutSplit half = new HeldOutSplit("a", 0.5);
        for (int i = 0; i < 100; i++) {
            String composed = "Wo ist das Caf\u00e9 in der Stra\u00dfe " + i + "?";
            String decomposed = "wo ist das Cafe\u0301 in der STRASSE " + i + "?";
            String fullWidth = "\uff37\uff4f ist das\u3000Caf\u00c9 in der Stra\u00dfe " + i + "\uff1f";

            assertThat(half.holdsOut(question(decomposed))).isEqualTo(half.holdsOut(question(composed)));
            assertThat(half.holdsOut(question(fullWidth))).isEqualTo(half.holdsOut(question(composed)));
        }
    }

    @Test
    void shouldDecideOtherwiseWhenTheSaltDiffers() {
        HeldOutSplit other = new HeldOutSplit("b", 0.1);

        long both = IntStream.range(0, 10_000)
                .filter(i -> split.holdsOut(question("" + i)) && other.holdsOut(question("" + i)))
                .count();

        assertThat(both / 10_000.0).isCloseTo(0.01, Offset.offset(0.005));
    }

    private static List<Message> question(String text) {
        return List.of(new Message("user", text));
    }
}
