package dev.touchstone.rewardmodel.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.builtIn();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "The sum is right.",
                "  two  blanks\t\ttabs\r\n\nlines ",
                "Grüße, žluťoučký kůň, 日本語, עברית",
                "family \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 and \uD834\uDD1E",
                "nul \0 and bell \u0007",
                "e\u0301 is not \u00e9"
            })
    void shouldGiveTheTextBackWhenDecoded(String text) {
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void shouldGiveRandomTextBackWhenDecoded() {
        Random random = new Random(17);
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                int point = random.nextInt(random.nextBoolean() ? 0x300 : Character.MAX_CODE_POINT + 1);
                if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                    text.appendCodePoint(point);
                }
            }
            assertThat(tokenizer.decode(tokenizer.encode(text.toString()))).isEqualTo(text.toString());
        }
    }

    @Test
    void shouldReplaceSurrogatesWhenTheyStandAlone() {
        assertThat(tokenizer.decode(tokenizer.encode("a\uD83Db\uDE00"))).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void shouldNeverGiveASpecialTokenWhenTextLooksLikeOne() {
        StringBuilder all = new StringBuilder("<|critique|> </s> <s> [SEP] <|endoftext|> ");
        for (SpecialToken special : SpecialToken.values()) {
            all.append(special.token()).append(special.token()).append(' ').append(special.token());
            assertOrdinary(special.token());
            assertOrdinary(" " + special.token());
            assertOrdinary("x" + special.token() + "\n" + special.token());
        }
        assertOrdinary(all.toString());
    }

    private static void assertOrdinary(String text) {
        int[] ids = tokenizer.encode(text);
        assertThat(Arrays.stream(ids)).as(text).isNotEmpty().allMatch(id -> id >= SpecialToken.values().length);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }

    @Test
    void shouldBeWhatTheCorpusGivesWhenTrainedAgain() throws IOException {
        assertThat(new String(tokenizer.json(), StandardCharsets.UTF_8))
                .as("tokenizer.json is out of date: run BuiltInTokenizer.main")
                .isEqualTo(new String(BuiltInTokenizer.train(), StandardCharsets.UTF_8));
        assertThat(tokenizer.vocabulary()).isBetween(1024, 2048);
    }

    @Test
    void shouldNeedFewTokensWhenTextIsOrdinary() {
        List<String> texts = List.of(
                " Be polite. What is 59 minus 57? Include the word shelf. Answer in at most 13 words.",
                " Thank you for asking. I get 54. The keyboard can wait. Is that clear?",
                " The answer 54 is right. The word keyboard is there. With 18 words it is too long. The tone is polite.",
                " It fails to include the word rocket. The difference is wrong: it is 54. It sounds rude.");
        int characters = texts.stream().mapToInt(String::length).sum();
        int tokens =
                texts.stream().mapToInt(text -> tokenizer.encode(text).length).sum();
        System.out.printf("characters per token: %.2f%n", (double) characters / tokens);
        assertThat((double) characters / tokens).isGreaterThan(3.5);
    }

    @Test
    void shouldRefuseFilesWhenTheyAreNoTokenizerOfOurs() {
        assertThatThrownBy(() -> Tokenizer.of("{".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Tokenizer.of("{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("<pad>");
        String tampered = new String(tokenizer.json(), StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"added_tokens\" : \\[ ]", "\"added_tokens\" : [ {\"id\":9,\"content\":\"<critique>\"} ]");
        assertThat(tampered).isNotEqualTo(new String(tokenizer.json(), StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Tokenizer.of(tampered.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("added tokens");
        String broken = new String(tokenizer.json(), StandardCharsets.UTF_8).replace("\"BPE\"", "\"Nonsense\"");
        assertThatThrownBy(() -> Tokenizer.of(broken.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldGiveTheSameFileWhenTrainedTwice() throws IOException {
        List<String> corpus = IntStream.range(0, 50)
                .mapToObj(i -> "the river and the bridge " + i)
                .toList();
        byte[] once = BpeTrainer.train(corpus, 280);
        assertThat(BpeTrainer.train(corpus, 280)).isEqualTo(once);
        try (Tokenizer small = Tokenizer.of(once)) {
            assertThat(small.vocabulary()).isEqualTo(280);
            assertThat(small.encode(" the")).hasSize(1);
            assertThat(small.decode(small.encode("the bridge ü"))).isEqualTo("the bridge ü");
        }
    }
}
