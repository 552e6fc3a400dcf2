package dev.touchstone.benchmarks.experiment.owndata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.benchmarks.experiment.owndata.OwnData.Critics;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataFileTest {
    @TempDir
    private Path folder;

    @Test
    void shouldPairEveryRightSolutionWithEveryWrongOneWhenTheyAreOfGsm8k() throws IOException {
        OwnData data = read(
                Samples.gsm8k(30)
                        + "\n{\"question\": \"Q\", \"ground_truth\": \"A: 1\", \"a\": {\"is_correct\": true, \"solution\": \"A: 1\"}}");
        assertThat(data.pairs()).hasSize(60);
        assertThat(data.prompts()).hasSize(30);
        assertThat(data.pairs().get(0).chosen()).isEqualTo("Twice 1 is 2\nA: 2");
        assertThat(data.pairs().get(0).reference()).isEqualTo("2");
        assertThat(data.critics()).isEqualTo(Critics.REFERENCE);
        assertThat(data.notes().get(0)).contains("1 of 31 rows");
        assertThat(data.notes().get(1)).contains("it knows the answer");
    }

    @Test
    void shouldTakeTheLabelledSideWhenRowsAreOfLlmBar() throws IOException {
        OwnData data = read(Samples.llmBar(20));
        assertThat(data.pairs()).hasSize(20);
        assertThat(data.pairs().get(0).chosen()).isEqualTo("One");
        assertThat(data.pairs().get(1).chosen()).isEqualTo("It is 1");
        assertThat(data.critics()).isEqualTo(Critics.NONE);
        assertThat(data.notes().get(0)).contains("nothing is said of critiques");
    }

    @Test
    void shouldLeaveOutPairsWithoutCritiquesWhenOthersHaveThem() throws IOException {
        OwnData data = read(
                Samples.pairs(25, true)
                        + "\n{\"prompt\": [{\"role\": \"user\", \"content\": \"Go.\"}], \"chosen\": \"a\", \"rejected\": \"b\"}");
        assertThat(data.critics()).isEqualTo(Critics.STORED);
        assertThat(data.pairs()).hasSize(25);
        assertThat(data.notes()).containsExactly("1 pairs without critiques of both sides were left out.");
        assertThat(read(Samples.pairs(25, false)).critics()).isEqualTo(Critics.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"text": "a"} | holds no pairs that are known here
            '' | holds no pairs that are known here
            {"prompt": | is no JSON at line 1
            {"prompt": "a", "chosen": "b", "rejected": "c"} | 1 different prompts
            {"prompt": "a", "chosen": "b", "rejected": 3} | no text rejected
            {"input": "a", "output_1": "b", "output_2": "c", "label": 3} | neither 1 nor 2
            """)
    void shouldSayInOneSentenceWhatIsWrong(String text, String sentence) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(sentence)
                .hasMessageContaining("some");
    }

    @Test
    void shouldNameTheLineWhenItIsNoJson() {
        assertThatThrownBy(() -> read(Samples.pairs(3, false) + "\nno"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 4");
        assertThatThrownBy(() -> DataFile.read(folder.resolve("none")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be read");
    }

    private OwnData read(String text) throws IOException {
        return DataFile.read(Files.writeString(folder.resolve("some.json"), text));
    }
}
